"""What can go wrong with keys. No text ever holds a key, a passphrase or a part of one."""


class KeysUnusable(Exception):
    """The keys cannot be used as asked. The text says why, and what to do."""


class KeysMissing(KeysUnusable):
    """There is no such key where it is looked for."""


class KeysExist(KeysUnusable):
    """There is a key already, which is never overwritten."""


class WrongPassphrase(KeysUnusable):
    """The passphrase does not open what it is meant for."""


class TpmUnavailable(KeysUnusable):
    """There is no TPM here that can be talked to, or no tpm2-tools to talk to it."""


class TpmFailed(KeysUnusable):
    """The TPM refused, or did not answer in time."""


class TpmKeyLost(KeysUnusable):
    """The TPM does not hold the key: it was cleared, or it is another machine's."""
