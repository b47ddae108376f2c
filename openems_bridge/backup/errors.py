"""What can go wrong with a backup, beside its encryption (``dems_node.keys.container``) and the keys in it."""


class BackupUnusable(Exception):
    """The backup cannot be made or restored. The text says why and what to do; nothing was changed."""
