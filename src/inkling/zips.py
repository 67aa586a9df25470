"""Files out of zips that came from anywhere."""

import zipfile

__all__ = ["unpacked"]


def unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Read a file of a zip, and never more of it than it says it is long: without a size it would all be unpacked.

    Raises:
        zipfile.BadZipFile: it is damaged, longer than it says, or packed in a way that cannot be read bit by bit.
        OSError, ValueError, RuntimeError, EOFError, zlib.error: as :mod:`zipfile` raises them of what is damaged.
    """
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile(f"{entry.filename} is packed in a way of its own")
    with archive.open(entry) as file:
        return file.read(entry.file_size)
