"""RFC 6962 as the standard words it, in a few lines that share nothing with the program."""

from hashlib import sha256


def leaf(data):
    return sha256(b"\x00" + data).digest()


def half(number):
    k = 1
    while k * 2 < number:
        k *= 2
    return k


def root(leaves):
    """MTH of leaves that are hashed already."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = half(len(leaves))
    return sha256(b"\x01" + root(leaves[:k]) + root(leaves[k:])).digest()


def path(m, leaves):
    """PATH(m, D[n])."""
    if len(leaves) == 1:
        return []
    k = half(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), root(leaves[k:])]
    return [*path(m - k, leaves[k:]), root(leaves[:k])]


def proof(m, leaves):
    """PROOF(m, D[n])."""
    return subproof(m, leaves, whole=True)


def subproof(m, leaves, *, whole):
    if m == len(leaves):
        return [] if whole else [root(leaves)]
    k = half(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole=whole), root(leaves[k:])]
    return [*subproof(m - k, leaves[k:], whole=False), root(leaves[:k])]
