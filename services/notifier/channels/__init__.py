"""One way to reach someone each."""
