# SPDX-License-Identifier: Apache-2.0
"""Reads what a hub says of a dataset with the readers of each form; prints what they found as one line of JSON. Arguments: the hub's
address, the dataset, a folder."""

import json
import sys
import urllib.request
from pathlib import Path

import mlcroissant
import pyshacl
import rdflib
from datacite import schema45
from oaipmh_scythe import Scythe

hub, name, shapes = sys.argv[1], sys.argv[2], Path(__file__).with_name("dcat-ap-3.ttl")


def get(path: str) -> bytes:
    with urllib.request.urlopen(f"{hub}{path}") as answer:
        return answer.read()


def conforms(path: str) -> tuple[bool, str]:
    graph = rdflib.Graph().parse(data=get(path), format="json-ld")
    held, _graph, said = pyshacl.validate(graph, shacl_graph=rdflib.Graph().parse(shapes), advanced=True)
    return held and len(graph) > 0, said


dataset = mlcroissant.Dataset(jsonld=json.loads(get(f"/datasets/{name}/croissant.json")))
rows = {each.name: [list(map(str, row.values())) for row in dataset.records(each.id)] for each in dataset.metadata.record_sets}
schema45.validator.validate(json.loads(get(f"/datasets/{name}/datacite.json")))
dcat = [conforms(path) for path in (f"/datasets/{name}/dcat.jsonld", "/catalog.jsonld", "/catalog.jsonld?page=2")]
broken = rdflib.Graph().parse(data=get(f"/datasets/{name}/dcat.jsonld"), format="json-ld")
broken.remove((None, rdflib.DCTERMS.title, None))
with Scythe(f"{hub}/oai") as scythe:
    identity = scythe.identify()
    dc = [each.metadata["title"][0] for each in scythe.list_records(metadata_prefix="oai_dc", ignore_deleted=True)]
    datacite = [each.header.identifier for each in scythe.list_records(metadata_prefix="oai_datacite", ignore_deleted=True)]
    one = scythe.get_record(identifier=datacite[0], metadata_prefix="oai_datacite").metadata["publisher"]
told = {
    "issues": [str(each) for each in (*dataset.metadata.ctx.issues.errors, *dataset.metadata.ctx.issues.warnings)],
    "rows": rows, "dcat": [held for held, _said in dcat], "said": [said for held, said in dcat if not held],
    "untitled": pyshacl.validate(broken, shacl_graph=rdflib.Graph().parse(shapes), advanced=True)[0],
    "oai": [identity.protocolVersion, sorted(dc), len(set(datacite)), one],
}  # fmt: skip
print(json.dumps(told))
