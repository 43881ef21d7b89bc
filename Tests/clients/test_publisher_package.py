"""The wheels of the publisher, as stevedore sees them: annals and annalss always, panko by choice."""

import os
import subprocess
import sys
import zipfile

import pytest
from support.publisher_package import build_wheels, install

FIND = """
import sys
from stevedore import driver
print(driver.DriverManager("ceilometer.event.publisher", sys.argv[1]).driver.__name__)
"""


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    return build_wheels(tmp_path_factory.mktemp("wheels"))


def run(directory, *words):
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, timeout=60,
        env=os.environ | {"PYTHONPATH": str(directory), "HOME": str(directory)})


@pytest.mark.parametrize("with_panko", [False, True])
def test_stevedore_finds_the_names_that_are_installed(wheels, tmp_path, with_panko):
    directory = install(tmp_path / "site", *wheels[:2 if with_panko else 1])
    for name in ("annals", "annalss", "panko"):
        done = run(directory, "-c", FIND, name)
        if name == "panko" and not with_panko:
            assert "NoMatches" in done.stderr
        else:
            assert done.stdout.strip() == "AnnalsPublisher", done.stderr


def test_the_extra_brings_panko(wheels):
    with zipfile.ZipFile(wheels[0]) as wheel:
        [name] = [one for one in wheel.namelist() if one.endswith("METADATA")]
        metadata = wheel.read(name).decode().splitlines()
    [line] = [one for one in metadata if "annals-publisher-panko" in one and "Requires" in one]
    assert 'extra == "panko"' in line


def test_the_wheel_holds_the_package_the_license_and_nothing_else(wheels):
    with zipfile.ZipFile(wheels[0]) as wheel:
        names = wheel.namelist()
    folders = {name.split("/")[0].split("-")[0] for name in names}
    assert folders == {"annals_publisher"}
    assert [name for name in names if name.endswith("LICENSE")]
    with zipfile.ZipFile(wheels[1]) as wheel:
        assert all(".dist-info/" in name for name in wheel.namelist())


def test_the_sample_of_the_settings_can_be_generated(wheels, tmp_path):
    directory = install(tmp_path / "site", wheels[0])
    done = run(directory, "-c", "from oslo_config.generator import main; main()",
               "--namespace", "annals_publisher")
    assert done.returncode == 0, done.stderr
    for words in ("[annals_publisher]", "#hmac_secret_file", "#auth_url", "#basic_user"):
        assert words in done.stdout
