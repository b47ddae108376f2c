"""Where one household's keys lie, and what is done with them: make, open, export, restore, replace."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from dems_node.keys.account import AccountKey
from dems_node.keys.container import ScryptCost
from dems_node.keys.errors import KeysExist, KeysMissing, KeysUnusable, TpmKeyLost, TpmUnavailable
from dems_node.keys.keyring_store import KeyringStore
from dems_node.keys.keystore_folder import KeystoreFolder
from dems_node.keys.meter import MeterKeys, TpmKeyReference, new_meter_secret, new_software_key
from dems_node.keys.passphrase import Passphrase, read_passphrase
from dems_node.keys.stores import SecretStore
from dems_node.keys.tpm import Tpm, TpmSigner
from dems_protocol.commitments import MeterSecret
from dems_protocol.signatures import Scheme, Signer, SoftwareSigner
from openems_bridge.keys.exported import ExportedKeys
from openems_bridge.keys.index import INDEX_FILE, KeyIndex, new_name, read_index, write_index
from openems_bridge.keys.options import KeyOptions, MeterKeyKind, StoreKind

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "openems-bridge"
KEYSTORE_FOLDER = "keys"
_ACCOUNT = "account"
_METER = "meter"


@dataclass(frozen=True, slots=True)
class HouseholdKeys:
    """The keys, opened. ``meter`` may be a TPM: it signs in a thread (``asyncio.to_thread``), as any signer."""

    index: KeyIndex
    account: AccountKey
    meter: Signer
    secret: MeterSecret = field(repr=False)


@dataclass(frozen=True, slots=True)
class RestoredKeys:
    """What a restoration made. ``old_meter_key_id`` is set where the meter key had to be a new one."""

    index: KeyIndex
    old_meter_key_id: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault:
    """A household's keys in and beside its data folder. Every call blocks; every call raises KeysUnusable.

    ``keyring`` finds the operating system's keyring, None where there is none to be used; ``now`` is UTC s.
    """

    folder: Path
    options: KeyOptions
    keyring: Callable[[], KeyringBackend | None]
    now: Callable[[], float]
    cost: ScryptCost = field(default_factory=ScryptCost)

    def index(self) -> KeyIndex | None:
        """Return what everybody may know of the keys, None where there are none."""
        return read_index(self.folder)

    def create(self) -> KeyIndex:
        """Make account, meter key and meter secret. Raises KeysExist where there are keys already."""
        self.refuse_to_replace()
        secret = new_meter_secret()
        return self._keep(ExportedKeys(AccountKey.new(), MeterKeys(self._new_meter_key(), secret)))

    def open(self) -> HouseholdKeys:
        """Return the keys, ready to sign. Raises KeysMissing, WrongPassphrase; TpmKeyLost if its TPM lost the key."""
        index = self._existing()
        keys = self._read(index)
        if isinstance(keys.meter.key, TpmKeyReference):
            self._require_in_tpm(keys.meter.key)
        return HouseholdKeys(index, keys.account, keys.meter.signer(self._tpm_signer), keys.meter.secret)

    def export(self) -> ExportedKeys:
        """Return all secrets, to be encrypted at once."""
        return self._read(self._existing())

    def restore(self, keys: ExportedKeys) -> RestoredKeys:
        """Keep keys that come from a backup, as a new instance of the bridge.

        A meter key in software, or in this very TPM, is kept; for one that another TPM holds a new one is made, of
        the kind that is configured, beside the same secret. Raises KeysExist; TpmUnavailable where the configured
        TPM is missing.
        """
        self.refuse_to_replace()
        old = keys.meter.key
        if not isinstance(old, TpmKeyReference) or self._is_in_tpm(old):
            return RestoredKeys(self._keep(keys, backed_up=True), None)
        renewed = ExportedKeys(keys.account, MeterKeys(self._new_meter_key(), keys.meter.secret))
        return RestoredKeys(self._keep(renewed), old.public_key.key_id())

    def replace_meter_key(self) -> RestoredKeys:
        """Make a new meter key of the configured kind; account and meter secret stay as they are."""
        index = self._existing()
        keys = self._read(index)
        meter = MeterKeys(self._new_meter_key(), keys.meter.secret)
        # Into a vault of its own, so that a crash leaves either the old keys or the new ones complete.
        renewed = self._keep(ExportedKeys(keys.account, meter), instance=index.instance)
        store = self._store(index.store, index.vault)
        store.remove(_ACCOUNT)
        store.remove(_METER)
        return RestoredKeys(renewed, index.meter_key.key_id())

    def take_over(self) -> KeyIndex:
        """Declare this copy of the bridge to be the one that signs from now on."""
        index = replace(self._existing(), instance=new_name())
        write_index(self.folder, index)
        return index

    def mark_backed_up(self) -> None:
        """Note that the keys as they are now lie in a backup."""
        write_index(self.folder, replace(self._existing(), backed_up_at=int(self.now())))

    def refuse_to_replace(self) -> None:
        """Raise KeysExist where there are keys already."""
        if self.index() is not None:
            raise KeysExist(
                f"There are keys already ({self.folder / INDEX_FILE}), and keys are never overwritten. "
                "`openems-bridge keys show` names them."
            )

    def _existing(self) -> KeyIndex:
        index = self.index()
        if index is None:
            raise KeysMissing(
                f"There are no keys in {self.folder}. Make them (openems-bridge keys create), or restore them from a "
                "backup (openems-bridge keys restore FILE)."
            )
        return index

    def _keep(self, keys: ExportedKeys, *, instance: str | None = None, backed_up: bool = False) -> KeyIndex:
        kind = self._chosen_store()
        now = int(self.now())
        index = KeyIndex(
            vault=new_name(),
            instance=instance or new_name(),
            store=kind,
            account=keys.account.address,
            meter_key=keys.meter.public_key,
            meter_key_in_tpm=isinstance(keys.meter.key, TpmKeyReference),
            created_at=now,
            backed_up_at=now if backed_up else None,
        )
        store = self._store(kind, index.vault)
        try:
            self._make_folder()
            store.keep_account(_ACCOUNT, keys.account)
            store.keep(_METER, keys.meter.encode())
            write_index(self.folder, index)  # last: from here on they count
        except KeysUnusable:
            store.remove(_ACCOUNT)
            store.remove(_METER)
            raise
        return index

    def _make_folder(self) -> None:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise KeysUnusable(f"{self.folder} cannot be made: {error.strerror}.") from None

    def _read(self, index: KeyIndex) -> ExportedKeys:
        store = self._store(index.store, index.vault)
        keys = ExportedKeys(store.account(_ACCOUNT), MeterKeys.decode(store.secret(_METER)))
        if keys.account.address != index.account or keys.meter.public_key != index.meter_key:
            raise KeysUnusable(
                f"The keys are not the ones that {self.folder / INDEX_FILE} names: restore both from one backup."
            )
        return keys

    def _chosen_store(self) -> StoreKind:
        if self.options.store is not None:
            return self.options.store
        if self.keyring() is not None:
            return StoreKind.KEYRING
        if self.options.passphrase_file is not None:
            return StoreKind.FILE
        raise KeysUnusable(
            "There is no keyring on this machine that keeps a secret. Give keys.passphrase_file in the configuration: "
            "a file with the passphrase of the keystore, which only the bridge's user can read."
        )

    def _store(self, kind: StoreKind, vault: str) -> SecretStore:
        if kind is StoreKind.FILE:
            return KeystoreFolder(self.folder / KEYSTORE_FOLDER / vault, self._passphrase(), self.cost)
        backend = self.keyring()
        if backend is None:
            raise KeysUnusable(
                "The keys are in the operating system's keyring, and there is none to be used now: start the bridge "
                "in the session of the user who created them, or restore a backup with keys.store: file."
            )
        return KeyringStore(backend, SERVICE, vault)

    def _passphrase(self) -> Passphrase:
        if self.options.passphrase_file is None:
            raise KeysUnusable("The keystore needs keys.passphrase_file in the configuration.")
        return read_passphrase(self.options.passphrase_file)

    def _new_meter_key(self) -> SoftwareSigner | TpmKeyReference:
        match self.options.meter_key:
            case MeterKeyKind.TPM:
                return Tpm(self.options.tcti).create_key()
            case MeterKeyKind.P256:
                return new_software_key(Scheme.P256)
            case MeterKeyKind.SECP256K1:
                return new_software_key(Scheme.SECP256K1)

    def _tpm_signer(self, reference: TpmKeyReference) -> Signer:
        return TpmSigner(Tpm(self.options.tcti), reference)

    def _require_in_tpm(self, reference: TpmKeyReference) -> None:
        if Tpm(self.options.tcti).public_key(reference.handle) != reference.public_key:
            raise TpmKeyLost(
                f"The TPM holds another key at {reference.handle:#x} than this meter's: it was cleared, or it is another "
                "machine's. Make a new meter key: openems-bridge keys replace-meter-key"
            )

    def _is_in_tpm(self, reference: TpmKeyReference) -> bool:
        try:
            self._require_in_tpm(reference)
        except TpmKeyLost, TpmUnavailable:
            return False
        return True
