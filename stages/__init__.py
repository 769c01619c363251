"""What is computed: one room (folder) per stage, run by ``python -m stages NAME``."""
