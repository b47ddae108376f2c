"""One encrypted file that holds all that a bridge must not lose: making it, and starting again from it."""
