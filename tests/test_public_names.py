"""What the package promises at its top."""

import subprocess
import sys

import sempre_geo


def test_every_public_name_can_be_had_and_every_lazy_name_is_public():
    assert all(getattr(sempre_geo, name) is not None for name in sempre_geo.__all__)
    assert set(sempre_geo.__all__) == {"__version__", *sempre_geo._HOME}


def test_importing_the_package_brings_in_no_table_or_array_library():
    code = "import sys, sempre_geo; print([name for name in ('numpy', 'pandas', 'numba') if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
