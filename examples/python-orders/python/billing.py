"""The billing: works for jobs of BullMQ that the shop adds, which is Node.js."""

import asyncio
import logging
import signal

from bullmq import Worker

import settings
from job_trace import span_of

logger = logging.getLogger("billing")


async def write_invoice(job, _token):
    with span_of(job):
        logger.info("invoice written", extra=job.data)


async def main():
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    worker = Worker("invoices", write_invoice, {"connection": settings.redis_url, "concurrency": 10})
    logger.info("billing is up")
    await ended.wait()
    await worker.close()


asyncio.run(main())
