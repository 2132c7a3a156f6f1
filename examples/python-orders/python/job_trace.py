"""The trace in jobs of BullMQ, in the field where its Node.js edition and Clew have it. Its Python edition knows nothing of it."""

import json
from contextlib import contextmanager

from opentelemetry import propagate, trace

tracer = trace.get_tracer("bullmq")


def options_with_trace():
    """Options of a job that is added: the trace in which that happens."""
    carrier = {}
    propagate.inject(carrier)
    return {"tm": json.dumps(carrier)}


@contextmanager
def span_of(job):
    """A span around the work for a job, in the trace of whoever added it."""
    carrier = json.loads(job.opts.get("tm") or "{}")
    attributes = {
        "messaging.system": "bullmq",
        "messaging.operation.type": "process",
        "messaging.destination.name": job.queue.name,
        "messaging.message.id": job.id,
    }
    with tracer.start_as_current_span(
        f"process {job.queue.name}",
        context=propagate.extract(carrier),
        kind=trace.SpanKind.CONSUMER,
        attributes=attributes,
    ):
        yield
