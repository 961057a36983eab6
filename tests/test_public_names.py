"""What the package promises at its top."""

import sempre_geo


def test_every_public_name_can_be_had_and_every_lazy_name_is_public():
    assert all(getattr(sempre_geo, name) is not None for name in sempre_geo.__all__)
    assert set(sempre_geo.__all__) == {"__version__", *sempre_geo._HOME}
