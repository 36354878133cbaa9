"""`python -m case_api rebuild-boards`."""


def rebuild_boards() -> None:
    """Rebuild every board."""
