"""Keys: where they are kept (keyring, keystore, TPM), how they sign, and how they travel encrypted."""
