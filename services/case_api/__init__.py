"""The case API of Stagepost."""

__version__ = "0.1.0"
