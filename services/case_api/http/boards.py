"""Lists over many cases (board rows)."""

from fastapi import APIRouter

router = APIRouter(tags=["boards"])
