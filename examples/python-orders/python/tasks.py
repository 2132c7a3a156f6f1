"""What Celery does: takes a reservation to the warehouse, which is Node.js, and orders a mail of BullMQ, which is, too."""

import asyncio
import logging

import requests
from bullmq import Queue
from celery import Celery
from celery.signals import worker_process_shutdown, worker_ready
from opentelemetry import _logs, trace

import settings
from job_trace import options_with_trace

logger = logging.getLogger("stock.tasks")

app = Celery("tasks", broker=settings.redis_url)
# Celery takes all handlers from the root logger otherwise, and with them the one of OpenTelemetry.
app.conf.worker_hijack_root_logger = False


@app.task(bind=True, max_retries=3)
def reserve(self, order):
    logger.info("looking for the shelf", extra=order)
    try:
        url = f"{settings.warehouse_url}/shelves/{order['item']}"
        requests.post(url, json={"orderId": order["orderId"]}, timeout=30).raise_for_status()
    except requests.HTTPError as error:
        logger.exception("the warehouse refuses", extra=order)
        raise self.retry(exc=error, countdown=0)
    asyncio.run(order_mail(order))
    logger.info("reserved", extra=order)


async def order_mail(order):
    mails = Queue("mails", {"connection": settings.redis_url})
    await mails.add("confirm", order, options_with_trace())
    await mails.close()


@worker_ready.connect
def say_ready(**_):
    logger.info("worker is up")


@worker_process_shutdown.connect
def deliver(**_):
    """What a process of the pool has not exported yet: it ends without exit handlers."""
    for provider in (trace.get_tracer_provider(), _logs.get_logger_provider()):
        # Without OpenTelemetry's SDK there is nothing to deliver.
        if hasattr(provider, "force_flush"):
            provider.force_flush()
