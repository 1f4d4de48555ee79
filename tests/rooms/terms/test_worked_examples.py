# SPDX-License-Identifier: Apache-2.0
"""Worked examples that others published, and cases of public record, under the reading that each states.

ModelGo (Duan, Li, He: "ModelGo: A Practical Tool for Machine Learning License Analysis", WWW 2024) and its successor MG Analyzer describe
projects of mixed corpora, mixtures of models, generation, distillation and services, with the licences of real works. They read training on
Creative Commons material as free (our permissive reading); the strict reading is Creative Commons' own cautious one of 2025.
"""

import pytest

from madang import terms
from rooms.terms.graphs import TODAY, graph, verdict

OWN = {"is_own": True}


def readings(made: terms.Graph, node: str, goal: str, licence: str | None = None) -> tuple[str, str]:
    found = terms.decide(made, node, terms.Goal(goal, licence), today=TODAY, mends=False).readings
    return found["strict"], found["permissive"]


def test_a_translated_and_combined_corpus_of_mixed_licences_may_not_be_sold() -> None:
    """Case 1: arXiv (CC-BY-NC-SA) and StackExchange (CC-BY-SA), translated, combined with FreeLaw (CC-BY-ND): not to sell."""
    made = graph(
        "arxiv:d CC-BY-NC-SA-4.0;stack:d CC-BY-SA-4.0;law:d CC-BY-ND-4.0;arxiv-ko:d -;stack-ko:d -;corpus:d -",
        "arxiv modifies arxiv-ko;stack modifies stack-ko;arxiv-ko contains corpus;stack-ko contains corpus;law contains corpus",
        **{"arxiv-ko": OWN, "stack-ko": OWN, "corpus": OWN, "law-corpus": {"modified": False}},
    )
    decision = terms.decide(made, "corpus", terms.Goal("sell"), today=TODAY)
    assert decision.verdict == "no"
    assert {(one.fact, one.node) for one in decision.reasons if one.severity == "no"} == {("forbidden:commercial-use", "arxiv")}
    assert readings(made, "stack-ko", "sell", "CC-BY-SA-4.0") == ("yes", "yes")
    assert readings(made, "stack-ko", "sell") == ("unknown", "unknown")


def test_a_translation_of_a_share_alike_corpus_keeps_its_licence() -> None:
    made = graph("stack:d CC-BY-SA-4.0;ko:d -", "stack modifies ko", ko=OWN)
    assert verdict(made, "ko", "open", "CC-BY-SA-4.0") == "yes"
    assert verdict(made, "ko", "open", "MIT") == "no"
    assert verdict(made, "ko", "open", "GPL-3.0-only") == "yes"


def test_a_translation_of_a_no_derivatives_corpus_stays_at_home() -> None:
    made = graph("law:d CC-BY-ND-4.0;ko:d -", "law modifies ko", ko=OWN)
    assert verdict(made, "ko", "open", "CC-BY-4.0") == "no"
    assert verdict(made, "ko", "use") == "yes"


def test_a_collection_of_share_alike_parts_as_they_came_may_have_its_own_licence() -> None:
    made = graph("wiki:d CC-BY-SA-4.0;corpus:d -", "wiki aggregates corpus", corpus=OWN)
    assert verdict(made, "corpus", "open", "MIT") == "yes"


def test_a_model_tuned_on_wikipedia_and_joined_with_a_gpl_model_stays_under_the_gpl() -> None:
    """Case 2: BERT (Apache-2.0) tuned on Wikipedia (CC-BY-SA), in a mixture with Baize (GPL-3.0)."""
    made = graph(
        "wiki:d CC-BY-SA-4.0;bert:m Apache-2.0;tuned:m -;baize:m GPL-3.0-only;moe:m -",
        "bert fine-tuned-from tuned;wiki trained-on tuned;tuned contains moe;baize contains moe",
        tuned=OWN,
        moe=OWN,
    )
    assert readings(made, "moe", "open", "Apache-2.0") == ("no", "no")
    assert readings(made, "moe", "open", "GPL-3.0-only") == ("yes", "yes")
    assert readings(made, "tuned", "open", "Apache-2.0") == ("no", "yes")


def test_a_mixture_with_a_no_derivatives_model_is_not_published() -> None:
    """Case 2 of pictures: DETR (Apache-2.0), I2VGen-XL (CC-BY-NC-ND), MaskFormer (CC-BY-NC) tuned on Flickr (CC-BY-NC-SA)."""
    made = graph(
        "flickr:d CC-BY-NC-SA-4.0;mask:m CC-BY-NC-4.0;tuned:m -;detr:m Apache-2.0;i2v:m CC-BY-NC-ND-4.0;moe:m -",
        "mask fine-tuned-from tuned;flickr trained-on tuned;tuned merged-from moe;detr merged-from moe;i2v merged-from moe",
        tuned=OWN,
        moe=OWN,
    )
    assert readings(made, "moe", "pass-on") == ("no", "no")
    assert readings(made, "moe", "sell") == ("no", "no")


def test_what_a_chain_of_models_put_out_is_contested_where_a_model_is_non_commercial() -> None:
    """Case 3: Whisper (MIT), Baize (GPL-3.0), I2VGen-XL (CC-BY-NC-ND) one after the other; their output is sold."""
    made = graph(
        "whisper:m MIT;text:d -;baize:m GPL-3.0-only;prompt:d -;i2v:m CC-BY-NC-ND-4.0;film:d -",
        "whisper output-of text;text copies prompt;baize output-of prompt;prompt copies film;i2v output-of film",
        text=OWN,
        prompt=OWN,
        film=OWN,
    )
    assert readings(made, "prompt", "sell") == ("yes", "yes")
    assert readings(made, "film", "sell") == ("no", "yes")


def test_a_student_of_a_restricted_teacher_averaged_with_a_gpl_model() -> None:
    """Case 4: distilled from I2VGen-XL (CC-BY-NC-ND) and averaged with MaskFormer (CC-BY-NC) and Whisper (MIT)."""
    made = graph(
        "i2v:m CC-BY-NC-ND-4.0;student:m -;mask:m CC-BY-NC-4.0;whisper:m MIT;mean:m -",
        "i2v distilled-from student;student merged-from mean;mask merged-from mean;whisper merged-from mean",
        student=OWN,
        mean=OWN,
    )
    assert readings(made, "student", "sell") == ("no", "yes")
    assert readings(made, "mean", "sell") == ("no", "no")


def test_combined_copyleft_models_offered_as_a_service_owe_the_source_when_changed() -> None:
    """MG Analyzer, setting (i): PhoBERT (AGPL-3.0) and CKIP (GPL-3.0) combined and served: the source is owed; the output is free."""
    made = graph(
        "pho:m AGPL-3.0-only;ckip:m GPL-3.0-only;c:m -;e:a -;d:d -",
        "pho merged-from c;ckip merged-from c;c served-as e;c output-of d",
        c=OWN,
        e=OWN,
        d=OWN,
    )
    served = terms.decide(made, "e", terms.Goal("sell"), today=TODAY)
    assert served.verdict == "yes"
    assert {one.node for one in served.duties if one.fact == "duty:network-source-offer"} == {"pho"}
    assert readings(made, "d", "open", "Unlicense") == ("yes", "yes")


def test_a_network_licence_owes_nothing_for_a_copy_served_as_it_came() -> None:
    """MG Analyzer, setting (ii): PhoBERT (AGPL-3.0) alone and unchanged."""
    made = graph("pho:m AGPL-3.0-only;e:a -", "pho served-as e", e=OWN, **{"pho-e": {"modified": False}})
    assert "duty:network-source-offer" not in {one.fact for one in terms.decide(made, "e", terms.Goal("sell"), today=TODAY).duties}


def test_non_commercial_models_may_not_be_sold_as_a_service() -> None:
    """MG Analyzer, free content: MPT-Chat (CC-BY-NC-SA) and Command R+ (CC-BY-NC) combined, and sold as a service."""
    made = graph(
        "mpt:m CC-BY-NC-SA-4.0;command:m CC-BY-NC-4.0;c:m -;e:a -;f:d -",
        "mpt merged-from c;command merged-from c;c served-as e;c output-of f",
        c=OWN,
        e=OWN,
        f=OWN,
    )
    assert readings(made, "e", "sell") == ("no", "no")
    assert readings(made, "e", "serve") == ("yes", "yes")
    assert readings(made, "f", "sell") == ("no", "yes")


def test_ghostscript_in_a_closed_product() -> None:
    """AGPL or a commercial licence (Artifex v. Hancom, N.D. Cal. 2017): refused, and mended by the other licence or by two processes."""
    closed = "product:s LicenseRef-proprietary-terms"
    made = graph(f"ghostscript:s AGPL-3.0-or-later;{closed}", "ghostscript links-dynamic product")
    decision = terms.decide(made, "product", terms.Goal("sell"), today=TODAY)
    assert decision.verdict == "no"
    mends = {str(one["repair"]): one["verdict"] for one in decision.repairs}
    assert mends["commercial-licence"] == mends["separate-process"] == mends["replace"] == "yes"
    dual = graph(f"ghostscript:s AGPL-3.0-or-later OR LicenseRef-Artifex-commercial;{closed}", "ghostscript links-dynamic product")
    choice = terms.decide(dual, "product", terms.Goal("sell"), today=TODAY)
    assert choice.verdict == "unknown"
    assert [one["chosen"] for one in choice.choices] == ["LicenseRef-Artifex-commercial"]
    assert choice.repairs[0]["repair"] == "commercial-licence"
    bought = terms.Evidence("ghostscript", ("unknown:*",), "its owner")
    paid = terms.make_graph(dual.nodes.values(), dual.edges, [bought])
    assert terms.decide(paid, "product", terms.Goal("sell"), today=TODAY).verdict == "yes"


@pytest.mark.parametrize("kind", ["aggregates", "separate-process"])
def test_busybox_in_firmware_delivered_without_source(kind: str) -> None:
    """GPL-2.0 (Andersen v. Monsoon Multimedia, S.D.N.Y. 2007): the remedy is the source, or an offer of it."""
    firmware = {"firmware": {"facts": ("delivery:without-source",)}}
    made = graph("busybox:s GPL-2.0-only;firmware:s LicenseRef-proprietary-terms", f"busybox {kind} firmware", **firmware)
    decision = terms.decide(made, "firmware", terms.Goal("sell"), today=TODAY)
    assert decision.verdict == "no"
    assert {one.fact for one in decision.reasons} == {"duty:source-offer"}
    first = decision.repairs[0]
    assert (first["repair"], first["nodes"], first["verdict"]) == ("deliver-source", ["busybox"], "yes")
    given = graph("busybox:s GPL-2.0-only;firmware:s LicenseRef-proprietary-terms", f"busybox {kind} firmware")
    fine = terms.decide(given, "firmware", terms.Goal("sell"), today=TODAY)
    assert fine.verdict == "yes"
    assert {one.node for one in fine.duties if one.fact == "duty:source-offer"} == {"busybox"}
    assert [one["repair"] for one in fine.repairs] == ["deliver-source"]


def test_busybox_built_into_closed_firmware_needs_more_than_the_source() -> None:
    made = graph("busybox:s GPL-2.0-only;firmware:s LicenseRef-proprietary-terms", "busybox contains firmware")
    decision = terms.decide(made, "firmware", terms.Goal("sell"), today=TODAY)
    assert decision.verdict == "no"
    assert {"deliver-source", "separate-process", "choose-licence", "replace"} <= {str(one["repair"]) for one in decision.repairs}


def test_a_model_trained_on_gpl_code_is_contested_and_one_trained_on_permissive_code_is_not() -> None:
    made = graph("linux:s GPL-2.0-only;flask:s BSD-3-Clause;m:m -;n:m -", "linux trained-on m;flask trained-on n", m=OWN, n=OWN)
    assert readings(made, "m", "open", "Apache-2.0") == ("no", "yes")
    assert readings(made, "n", "open", "Apache-2.0") == ("yes", "yes")


def test_results_of_data_under_cdla_are_free() -> None:
    made = graph(
        "p:d CDLA-Permissive-2.0;s:d CDLA-Sharing-1.0;m:m -;more:d -", "p trained-on m;s trained-on m;s modifies more", m=OWN, more=OWN
    )
    assert readings(made, "m", "open", "MIT") == ("yes", "yes")
    assert readings(made, "more", "open", "MIT") == ("no", "no")


def test_a_work_produced_from_an_open_database_only_names_it() -> None:
    made = graph("osm:d ODbL-1.0;derived:d -;collected:d -", "osm modifies derived;osm aggregates collected", derived=OWN, collected=OWN)
    assert verdict(made, "derived", "open", "CC-BY-4.0") == "no"
    assert verdict(made, "derived", "open", "ODbL-1.0") == "yes"
    assert verdict(made, "collected", "open", "CC-BY-4.0") == "yes"
