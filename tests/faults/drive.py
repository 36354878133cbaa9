"""A drive that forgets, when its power is cut, what it was not told to flush: one folder, by FUSE, in plain Python.

It speaks the kernel's protocol (linux/fuse.h, 7.31) as far as SQLite needs it. A write is kept once its file was
flushed; of those that were not, some or none survive the cut, in any combination. That a file was made or removed is
never forgotten, and no write is torn.
"""

import ctypes
import errno
import os
import select
import shutil
import stat
import struct
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

ROOT = 1
MOST = 128 * 1024
"""Bytes of one write."""
BUFFER = MOST + 64 * 1024
HEAD = struct.Struct("<IIQQIIIHH")
ATTRIBUTES = struct.Struct("<6Q10I")
LOOKUP, FORGET, GETATTR, SETATTR, UNLINK, OPEN, READ, WRITE, STATFS = 1, 2, 3, 4, 10, 14, 15, 16, 17
RELEASE, FSYNC, FLUSH, INIT, OPENDIR, READDIR, RELEASEDIR, FSYNCDIR, CREATE = 18, 20, 25, 26, 27, 28, 29, 30, 35
WITHOUT_ANSWER = {FORGET, 36, 42}
QUIETLY = {OPEN: 16, OPENDIR: 16, RELEASE: 0, FLUSH: 0, RELEASEDIR: 0, FSYNCDIR: 0}
"""What is always allowed, and the bytes of the empty answer."""
SIZE_IS_SET = 1 << 3
BIG_WRITES = 1 << 5
MNT_DETACH = 2


class Broken(OSError):
    """What the kernel is told instead of an answer."""


@dataclass
class File:
    """What is in it, and what a cut would leave."""

    now: bytearray
    safe: bytearray
    unflushed: list[tuple[int, bytes | None]] = field(default_factory=list)
    """Offset and bytes of each write; None cuts the file off there."""

    def write(self, offset: int, data: bytes | None) -> None:
        apply(self.now, offset, data)
        self.unflushed.append((offset, data))

    def flush(self) -> None:
        for offset, data in self.unflushed:
            apply(self.safe, offset, data)
        self.unflushed.clear()


def apply(content: bytearray, offset: int, data: bytes | None) -> None:
    """One write, or the setting of a length."""
    end = offset + len(data or b"")
    content.extend(bytes(max(0, end - len(content))))
    if data is None:
        del content[offset:]
    else:
        content[offset:end] = data


class Drive:
    """The folder, as the kernel asks about it."""

    def __init__(self, kept: Path, chances: Random) -> None:
        self._kept, self._chances = kept, chances
        self._files: dict[int, File] = {}
        self._names: dict[bytes, int] = {}
        for path in sorted(kept.iterdir()):
            self._add(path.name.encode(), path.read_bytes())
        self.cut_off = False
        self._answers: Mapping[int, Callable[[int, bytes], bytes]] = {
            INIT: self._begin,
            STATFS: self._room,
            LOOKUP: self._look_up,
            GETATTR: self._tell,
            SETATTR: self._set,
            CREATE: self._make,
            UNLINK: self._remove,
            READ: self._read,
            WRITE: self._write,
            FSYNC: self._flush,
            READDIR: self._list,
        }

    def cut(self) -> None:
        """The power goes; what survives lies in the folder *kept*."""
        self.cut_off = True
        shutil.rmtree(self._kept)
        self._kept.mkdir()
        share = self._chances.choice((0.0, 0.5))
        for name, node in self._names.items():
            file = self._files[node]
            file.unflushed = [one for one in file.unflushed if self._chances.random() < share]
            file.flush()
            (self._kept / os.fsdecode(name)).write_bytes(file.safe)

    def answer(self, code: int, node: int, body: bytes) -> bytes:
        """What the kernel is told. Raises Broken."""
        if self.cut_off:
            raise Broken(errno.EIO, "no power")
        if code in QUIETLY:
            return bytes(QUIETLY[code])
        if code not in self._answers:
            raise Broken(errno.ENOSYS, "not needed")
        return self._answers[code](node, body)

    def _begin(self, _: int, __: bytes) -> bytes:
        return struct.pack("<IIIIHHIIHHI7I", 7, 31, MOST, BIG_WRITES, 16, 12, MOST, 1, 0, 0, 0, *[0] * 7)

    def _room(self, _: int, __: bytes) -> bytes:
        return struct.pack("<5Q10I", *[1 << 20] * 5, 4096, 255, 4096, *[0] * 7)

    def _look_up(self, _: int, body: bytes) -> bytes:
        node = self._names.get(self._name(body))
        if node is None:
            raise Broken(errno.ENOENT, "no such file")
        return self._entry(node)

    def _make(self, _: int, body: bytes) -> bytes:
        return self._entry(self._add(self._name(body[16:]), b"")) + bytes(16)

    def _remove(self, _: int, body: bytes) -> bytes:
        del self._names[self._name(body)]
        return b""

    def _flush(self, node: int, _: bytes) -> bytes:
        self._files[node].flush()
        return b""

    def _read(self, node: int, body: bytes) -> bytes:
        offset, size = struct.unpack_from("<QI", body, 8)
        return bytes(self._files[node].now[offset : offset + size])

    def _tell(self, node: int, _: bytes) -> bytes:
        return self._told(node)

    def _name(self, body: bytes) -> bytes:
        return body.split(b"\0", 1)[0]

    def _add(self, name: bytes, content: bytes) -> int:
        node = ROOT + 1 + len(self._files)
        self._files[node] = File(bytearray(content), bytearray(content))
        self._names[name] = node
        return node

    def _write(self, node: int, body: bytes) -> bytes:
        offset, size = struct.unpack_from("<QI", body, 8)
        self._files[node].write(offset, body[40 : 40 + size])
        return struct.pack("<II", size, 0)

    def _set(self, node: int, body: bytes) -> bytes:
        valid, _, _, size = struct.unpack_from("<IIQQ", body)
        if valid & SIZE_IS_SET:
            self._files[node].write(size, None)
        return self._told(node)

    def _list(self, _: int, body: bytes) -> bytes:
        offset, size = struct.unpack_from("<QI", body, 8)
        told = b""
        for place, (name, node) in enumerate(self._names.items(), 1):
            entry = struct.pack("<QQII", node, place, len(name), stat.S_IFREG >> 12) + name
            entry += bytes(-len(entry) % 8)
            if place > offset and len(told) + len(entry) <= size:
                told += entry
        return told

    def _entry(self, node: int) -> bytes:
        return struct.pack("<QQQQII", node, 0, 0, 1, 0, 0) + self._attributes(node)

    def _told(self, node: int) -> bytes:
        return struct.pack("<QII", 1, 0, 0) + self._attributes(node)

    def _attributes(self, node: int) -> bytes:
        mode, size = (stat.S_IFDIR | 0o700, 0) if node == ROOT else (stat.S_IFREG | 0o600, len(self._files[node].now))
        return ATTRIBUTES.pack(node, size, -(-size // 512), *[0] * 6, mode, 1, 0, 0, 0, 4096, 0)


def serve(mount: str, kept: Path, seed: str) -> None:
    """Answer the kernel until standard input ends; each line on it cuts the power."""
    kernel = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={kernel},rootmode=40000,user_id={os.geteuid()},group_id={os.getegid()}"
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"drive", mount.encode(), b"fuse", 0, options.encode()):
        print("cannot mount", flush=True)  # noqa: T201 - the answer
        return
    drive, asked = Drive(kept, Random(seed)), select.poll()
    asked.register(kernel, select.POLLIN)
    asked.register(0, select.POLLIN)
    print("mounted", flush=True)  # noqa: T201
    try:
        while ready := dict(asked.poll()):
            if 0 in ready:
                if not os.read(0, 100):
                    return
                drive.cut()
                print("cut", flush=True)  # noqa: T201
            if kernel in ready:
                _one(kernel, drive)
    finally:
        libc.umount2(mount.encode(), MNT_DETACH)


def _one(kernel: int, drive: Drive) -> None:
    asked = os.read(kernel, BUFFER)
    _, code, unique, node, *_ = HEAD.unpack_from(asked)
    if code in WITHOUT_ANSWER:
        return
    try:
        error, told = 0, drive.answer(code, node, asked[HEAD.size :])
    except Broken as broken:
        error, told = -(broken.errno or errno.EIO), b""
    try:
        os.write(kernel, struct.pack("<IiQ", 16 + len(told), error, unique) + told)
    except OSError as gone:
        if gone.errno != errno.ENOENT:  # whoever asked was killed meanwhile
            raise


class Mounted:
    """A drive at a folder, until its power is cut."""

    def __init__(self, mount: Path, kept: Path, seed: str) -> None:
        kept.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.drive", mount, kept, seed],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.is_there = self._said() == "mounted"

    def cut(self) -> None:
        """From here on nothing is answered; what was flushed is kept for the next drive."""
        assert self._process.stdin is not None
        self._process.stdin.write("cut\n")
        self._process.stdin.flush()
        assert self._said() == "cut"

    def gone(self) -> None:
        """Taken out of its place, once nobody uses it any more."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def _said(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


if __name__ == "__main__":
    serve(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
