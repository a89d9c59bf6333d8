"""Short bytes that become long ones, made without packing the long ones."""

import struct
import zlib

MEGABYTE = b" " * (1 << 20)


def gzip_of_blanks(megabytes: int) -> bytes:
    """What gzip makes of that many megabytes of blanks: one piece again and again, for each begins anew."""
    packer = zlib.compressobj(wbits=-15)
    piece = packer.compress(MEGABYTE) + packer.flush(zlib.Z_FULL_FLUSH)
    end = packer.flush()
    checksum = 0
    for _ in range(megabytes):
        checksum = zlib.crc32(MEGABYTE, checksum)
    return (
        b"\x1f\x8b\x08" + bytes(6) + b"\xff" + piece * megabytes + end + struct.pack("<LL", checksum, megabytes << 20)
    )
