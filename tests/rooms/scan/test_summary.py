# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from license_expression import Licensing

from madang import scan
from madang.scan.expressions import for_spdx_2, joined, licences_of, says_something
from madang.scan.needs import needs, purl_parts
from madang.scan.summary import declared, holder_counts, licence_counts


def file(path: str, licence: str | None = None, **data: Any) -> scan.File:
    return scan.File(path=path, sha256="", sha1="", size=0, detected_license_expression_spdx=licence, **data)


def manifest(path: str, licence: str | None, name: str | None = "thing") -> scan.File:
    return file(path, package_data=({"name": name, "declared_license_expression_spdx": licence},))


def test_manifests_in_the_root_declare() -> None:
    files = [
        manifest("setup.py", "MIT"),
        manifest("package.json", "Apache-2.0"),
        manifest("deep/pom.xml", "GPL-2.0-only"),
        file("LICENSE", "ISC"),
    ]
    assert declared(files, []) == ("Apache-2.0 AND MIT", ("package.json", "setup.py"))


def test_a_package_put_together_declares_through_its_root_manifest() -> None:
    package = scan.Package("uid", "pypi", "a", "1", None, "mit", "MIT", ("PKG-INFO", "a.egg-info/PKG-INFO"))
    assert declared([], [package]) == ("MIT", ("PKG-INFO",))
    assert declared([], [replace(package, datafile_paths=("a.egg-info/PKG-INFO",))]) == (None, ())


@pytest.mark.parametrize("path", ["LICENSE", "LICENCE.txt", "COPYING.LESSER", "license-mit", "UNLICENSE", "Copyright", "COPYING3"])
def test_without_manifests_the_licence_file_declares(path: str) -> None:
    files = [manifest("setup.py", None), manifest("requirements.txt", "ISC", name=None), file(path, "MIT"), file("deep/LICENSE", "ISC")]
    assert declared(files, []) == ("MIT", (path,))


@pytest.mark.parametrize("path", ["license.py", "copyright.c", "README", "src/LICENSE", "relicensed.txt"])
def test_other_files_declare_nothing(path: str) -> None:
    assert declared([file(path, "MIT")], []) == (None, ())


def test_some_licence_is_no_declaration() -> None:
    files = [manifest("setup.py", "LicenseRef-scancode-unknown-license-reference"), file("LICENSE", "MIT")]
    assert declared(files, []) == ("MIT", ("LICENSE",))


def test_counts_begin_with_the_most() -> None:
    statement = scan.Statement("B", 1, 1)
    files = [file("1", "MIT", holders=(statement, statement)), file("2", "ISC"), file("3", "MIT"), file("4")]
    assert list(licence_counts(files).items()) == [("MIT", 2), ("ISC", 1)]
    assert holder_counts(files) == {"B": 1}


def test_expressions_are_joined_once_and_simplified() -> None:
    assert joined(["MIT", None, "Apache-2.0 AND MIT", "MIT OR ISC", "GPL-2.0-only WITH Classpath-exception-2.0"]) == (
        "Apache-2.0 AND GPL-2.0-only WITH Classpath-exception-2.0 AND MIT"
    )
    assert joined([]) is None
    assert joined(["MIT OR ISC"]) == "ISC OR MIT"


def test_what_is_no_expression_is_left_out() -> None:
    assert joined(["MIT AND", "ISC"]) == "ISC"
    assert joined(["(("]) is None
    assert licences_of("((") == []
    assert not says_something("((")
    assert for_spdx_2("((") is None
    assert for_spdx_2(None) is None


def test_very_many_expressions_are_joined_in_bearable_time() -> None:
    whole = joined(f"L-{number} OR M-{number % 7}" for number in range(600))
    assert whole is not None
    assert whole.count("L-") == 600


keys = st.sampled_from(["MIT", "ISC", "Apache-2.0", "GPL-2.0-only WITH Classpath-exception-2.0", "LicenseRef-x"])
trees = st.recursive(
    keys, lambda inner: st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(lambda parts: f"({' '.join(parts)})"), max_leaves=5
)


@given(st.lists(trees, min_size=1, max_size=5))
def test_a_joined_expression_means_all_of_them(expressions: list[str]) -> None:
    licensing = Licensing()
    whole = joined(expressions)
    assert whole is not None
    naive = licensing.parse(" AND ".join(expressions)).simplify()
    assert licensing.parse(whole).simplify() == naive


def test_an_exception_of_no_list_stands_beside_its_licence() -> None:
    assert for_spdx_2("GPL-2.0-only WITH LicenseRef-own OR MIT") == "(GPL-2.0-only AND LicenseRef-own) OR MIT"
    assert for_spdx_2("GPL-2.0-only WITH Classpath-exception-2.0") == "GPL-2.0-only WITH Classpath-exception-2.0"
    assert licences_of("GPL-2.0-only WITH Classpath-exception-2.0 AND MIT") == ["GPL-2.0-only", "MIT"]


@pytest.mark.parametrize(
    ("purl", "parts"),
    [
        ("pkg:npm/%40scope/name@1.2.3", ("npm", "@scope/name", "1.2.3")),
        ("pkg:pypi/thing", ("pypi", "thing", None)),
        ("pkg:maven/org.x/y@1?type=jar#sub/path", ("maven", "org.x/y", "1")),
        ("pkg:npm/@scope/name", ("npm", "@scope/name", None)),
    ],
)
def test_a_purl_is_told_apart(purl: str, parts: tuple[str, str, str | None]) -> None:
    assert purl_parts(purl) == parts


def test_each_need_is_told_once_with_its_users(report: scan.Report) -> None:
    twice = replace(report, dependencies=report.dependencies * 2)
    assert [(need.purl, need.users) for need in needs(twice)] == [
        ("pkg:npm/%40a/b@2.0", ("pkg:pypi/thing@1.0?uuid=1",)),
        ("pkg:pypi/loose", ()),
    ]
