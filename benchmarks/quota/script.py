"""The usual script: aiohttp behind a leaky bucket for each window, Retry-After obeyed, until every row is done.

The bucket is that of aiolimiter (AsyncLimiter(limit, seconds)), which Debian does not pack: it holds `limit`, drains
evenly over `seconds`, and a request waits until it fits in. Arguments: url prefix, ids file, ca file, connections,
windows as limit/seconds,...
"""

import asyncio
import os
import ssl
import sys

import aiohttp


class LeakyBucket:
    def __init__(self, limit: float, seconds: float) -> None:
        self.limit, self.rate = limit, limit / seconds
        self.level, self.looked = 0.0, 0.0

    async def take(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            now = clock()
            self.level = max(0.0, self.level - (now - self.looked) * self.rate)
            self.looked = now
            if self.level + 1 <= self.limit:
                self.level += 1
                return
            await asyncio.sleep((self.level + 1 - self.limit) / self.rate)


async def main() -> None:
    prefix, ids_file, ca_file, connections, windows = sys.argv[1:]
    buckets = [LeakyBucket(*map(float, w.split("/"))) for w in windows.split(",")]
    headers = {
        "Content-Type": "application/json",
        "Authorization": "Bearer " + os.environ["PRODUCTLANE_API_KEY"],
    }
    connector = aiohttp.TCPConnector(limit=int(connections), ssl=ssl.create_default_context(cafile=ca_file))
    with open(ids_file, encoding="ascii") as file:
        ids = (line.rstrip("\n") for line in file)
        async with aiohttp.ClientSession(connector=connector, headers=headers) as session:

            async def work() -> None:
                for thread_id in ids:
                    while True:
                        for bucket in buckets:
                            await bucket.take()
                        async with session.patch(prefix + thread_id, data=os.environ["QUOTA_BODY"]) as reply:
                            await reply.json()
                            if reply.status == 200:
                                break
                            if reply.status != 429:
                                sys.exit(f"status {reply.status}")
                            await asyncio.sleep(float(reply.headers["Retry-After"]))

            await asyncio.gather(*(work() for _ in range(int(connections))))


asyncio.run(main())
