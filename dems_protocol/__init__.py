"""What a household and its community must agree on to the bit. No I/O."""
