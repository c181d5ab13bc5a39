"""Make `.venv` with what the interviewer needs to run; with --dev also what its tests need. Python's own library only.

    python3 bootstrap.py            then: .venv/bin/interviewer ui   (on Windows: .venv\\Scripts\\interviewer ui)

The one rule: a line on the screen at once, then what is being done, and nothing at all where everything is there. Packages
come through uv, which is fetched from the package index where it is not installed; where it cannot be had, through pip.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(HERE, ".venv")
BIN = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin")
PYTHON = os.path.join(BIN, "python.exe" if os.name == "nt" else "python")
OLDEST = (3, 11)
NEWER = ("python3.14", "python3.13", "python3.12", "python3.11")
TOO_OLD = "Python 3.11 or newer is needed; this is {0}. 需要 Python 3.11 以上，现在是 {0}。"


class Failed(Exception):
    """A step that did not work; holds what its program said."""


def main(arguments):
    """Set up; exit code 0 done, 1 it could not be done, 2 wrong usage, 130 interrupted."""
    wanted = "dev" if "--dev" in arguments else "run"
    if set(arguments) - {"--dev"}:
        print(__doc__)
        return 0 if set(arguments) & {"-h", "--help"} else 2
    if is_there(wanted):
        return 0
    if sys.version_info < OLDEST:
        return with_a_newer_python(arguments)
    say = words()
    started = time.monotonic()
    print(say["begin_dev" if wanted == "dev" else "begin"], flush=True)
    try:
        uv = have_environment(say)
        install(uv, wanted, say)
    except Failed as error:
        print(f"{error}\n{say['failed']}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\n{say['interrupted']}", file=sys.stderr)
        return 130
    with open(stamp(wanted), "w", encoding="utf8") as done:
        done.write(wish())
    print(say["done"].format(seconds=f"{time.monotonic() - started:.0f}"), flush=True)
    return 0


def words():
    """The words of this script, in the machine's language."""
    import tomllib

    set_to = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    plain = set_to.split(".")[0].lower()
    language = "zh" if plain.startswith("zh") or plain in ("", "c", "posix") else "en"
    if not can_show(language):
        language = "en"
    with open(os.path.join(HERE, "ui", "cli", "words", f"{language}.toml"), "rb") as file:
        return tomllib.load(file)["setup"]


def can_show(language):
    """Whether this console has Chinese characters."""
    try:
        ("设置" if language == "zh" else "").encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def wish():
    """What stands in the stamp of an environment that is up to date."""
    found = hashlib.sha256()
    for name in ("pyproject.toml", "constraints.txt"):
        with open(os.path.join(HERE, name), "rb") as file:
            found.update(file.read())
    return found.hexdigest()


def stamp(wanted):
    return os.path.join(VENV, f".ready-{wanted}")


def is_there(wanted):
    """Whether the environment has it all already; what tests need includes what running needs."""
    for name in {wanted, "dev"}:
        try:
            with open(stamp(name), encoding="utf8") as file:
                if file.read() == wish() and os.path.exists(PYTHON):
                    return True
        except OSError:
            continue
    return False


def with_a_newer_python(arguments):
    """Run this script again with the newest Python that is installed."""
    for name in NEWER:
        found = shutil.which(name)
        if found:
            return subprocess.call([found, os.path.abspath(__file__), *arguments])
    print(TOO_OLD.format(sys.version.split()[0]), file=sys.stderr)
    return 1


def have_environment(say):
    """Have `.venv`; the path of uv, or "" where it cannot be had."""
    uv = shutil.which("uv") or ""
    fresh = not os.path.exists(PYTHON)
    if fresh and uv:
        step(say["environment"], [uv, "venv", "--quiet", "--clear", "--python", sys.executable, VENV])
    elif fresh:
        # without pip it is made at once; the pip that runs this script can install into it
        bare = ["--without-pip"] if has_pip() else []
        step(say["environment"], [sys.executable, "-m", "venv", "--clear", *bare, VENV])
    own = shutil.which("uv", path=BIN)
    if uv or own:
        return uv or own
    try:
        step(say["uv"], [*pip(), "install", "--quiet", "uv"])
    except Failed:
        print(say["no_uv"], flush=True)
    return shutil.which("uv", path=BIN) or ""


def has_pip():
    return importlib.util.find_spec("pip") is not None


def pip():
    """How pip is called so that it installs into the environment: its own, else the one beside this script's Python."""
    own = subprocess.run([PYTHON, "-c", "import pip"], capture_output=True).returncode == 0
    if not own and not has_pip():
        step("pip", [PYTHON, "-m", "ensurepip", "--default-pip"])
        own = True
    start = [PYTHON, "-m", "pip"] if own else [sys.executable, "-m", "pip", "--python", PYTHON]
    return [*start, "--disable-pip-version-check"]


def install(uv, wanted, say):
    """The packages of `wanted`, in the versions this project was tested with."""
    what = ["-c", os.path.join(HERE, "constraints.txt"), "-e", HERE + ("[dev]" if wanted == "dev" else "")]
    if uv:
        step(say["packages"], [uv, "pip", "install", "--quiet", "--python", PYTHON, *what], uv_environment())
    else:
        step(say["packages_pip"], [*pip(), "install", "--quiet", *what])


def uv_environment():
    """uv reads no settings of pip's: hand on the index and the certificates that pip is told to use."""
    environ = dict(os.environ)
    settings = {":env:.index-url": environ.get("PIP_INDEX_URL", ""), ":env:.cert": environ.get("PIP_CERT", "")}
    if has_pip():
        told = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True).stdout
        settings |= dict(line.split("=", 1) for line in told.splitlines() if "=" in line)
    for source in (":env:", "install", "global"):
        for name, variables in (("index-url", ("UV_DEFAULT_INDEX", "UV_INDEX_URL")), ("cert", ("SSL_CERT_FILE",))):
            value = settings.get(f"{source}.{name}", "").strip("'\"")
            if value and not any(environ.get(one) for one in variables):
                environ[variables[0]] = value
    return environ


def step(what, command, environ=None):
    """Run one program and show what is done and for how long; raises Failed with what it said."""
    began, moving = time.monotonic(), sys.stdout.isatty()
    print(f"  {what} …", end="" if moving else "\n", flush=True)
    with subprocess.Popen(
        command, cwd=HERE, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as running:
        said = beside(
            running,
            lambda: print(f"\r  {what} … {time.monotonic() - began:.0f} s", end="", flush=True) if moving else None,
        )
    if moving:
        print(flush=True)
    if running.returncode:
        raise Failed(said.decode("utf8", "replace").strip()[-4000:] or f"{command[0]}: exit {running.returncode}")


def beside(running, tell):
    """What a program says until it ends; `tell` is called every half second meanwhile."""
    while True:
        try:
            return running.communicate(timeout=0.5)[0]
        except subprocess.TimeoutExpired:
            tell()
        except KeyboardInterrupt:
            running.kill()
            raise


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
