"""What the operator knows from the chain, and how it speaks to it."""
