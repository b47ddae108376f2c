"""What both daemons, the household's bridge and the community's operator, stand on. Knows dems_protocol only."""
