"""Ground floor: frozen values without I/O."""
