"""Our own command lines, run to their end as a person would run them."""

import asyncio
import secrets
import sys
from pathlib import Path

from demo.processes import ProgramFailed

COMMAND_SECONDS = 120


async def command_line(module: str, *arguments: str) -> str:
    """Run one of our command lines to its end and return what it prints. Raises ProgramFailed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(COMMAND_SECONDS):
            output, problems = await process.communicate()
    except TimeoutError:
        process.kill()
        raise ProgramFailed(f"{module} {arguments[0]} did not end within {COMMAND_SECONDS} s") from None
    if process.returncode:
        raise ProgramFailed(f"{module} {arguments[0]} failed:\n{problems.decode()}{output.decode()}")
    return output.decode()


def write_passphrase(folder: Path) -> Path:
    """Write the passphrase of a demo's key files: random, and gone with the demo's folder."""
    file = folder / "passphrase"
    file.write_text(secrets.token_hex(16))
    file.chmod(0o600)
    return file
