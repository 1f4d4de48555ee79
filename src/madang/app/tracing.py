# SPDX-License-Identifier: Apache-2.0
"""Traces, where the operator names a collector of their own; otherwise this module is never loaded and nothing is told to anybody."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, StatusCode, format_trace_id
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from madang import __version__, kit

EXPORT_SECONDS = 5


class Told(kit.Span):
    """A span that goes to the collector."""

    def __init__(self, span: Span) -> None:
        self.span = span
        self.trace_id = format_trace_id(span.get_span_context().trace_id)

    def note(self, name: str = "", **facts: str | int | float | bool) -> None:
        """The span has this name and these attributes."""
        if name:
            self.span.update_name(name)
        self.span.set_attributes({key if "." in key else f"madang.{key}": value for key, value in facts.items()})
        if int(facts.get("http.response.status_code", 0)) >= 500:
            self.span.set_status(StatusCode.ERROR)


def begin(endpoint: str, process: str) -> Callable[[], None]:
    """From now on this process's spans go to the collector at ``endpoint``; call what comes back before the process ends."""
    resource = Resource.create({"service.name": "madang", "service.version": __version__, "service.instance.id": process})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint}/v1/traces", timeout=EXPORT_SECONDS)))
    tracer, context = provider.get_tracer("madang", __version__), TraceContextTextMapPropagator()

    @contextmanager
    def opener(name: str, parent: str) -> Iterator[kit.Span]:
        above = context.extract({"traceparent": parent}) if parent else None
        with tracer.start_as_current_span(name, context=above) as span:
            yield Told(span)

    kit.tell_spans(opener)

    def end() -> None:
        kit.tell_spans(None)
        provider.shutdown()

    return end
