"""The usual Python program: aiohttp, one task for each connection, the reply parsed and compared.

Arguments: url prefix, ids file, ca file, connections. Prints the number of replies that were as wanted.
"""

import asyncio
import os
import ssl
import sys

import aiohttp


async def main() -> None:
    prefix, ids_file, ca_file, connections = sys.argv[1:]
    headers = {
        "Content-Type": "application/json",
        "Authorization": "Bearer " + os.environ["PRODUCTLANE_API_KEY"],
    }
    body = os.environ["PEERS_BODY"]
    trust = ssl.create_default_context(cafile=ca_file)
    connector = aiohttp.TCPConnector(limit=int(connections), ssl=trust)
    good = 0
    with open(ids_file, encoding="ascii") as file:
        ids = (line.rstrip("\n") for line in file)
        async with aiohttp.ClientSession(connector=connector, headers=headers) as session:

            async def work() -> None:
                nonlocal good
                for thread_id in ids:
                    async with session.patch(prefix + thread_id, data=body) as reply:
                        thread = await reply.json()
                        if reply.status == 200 and thread["id"] == thread_id and thread["status"] == "done":
                            good += 1

            await asyncio.gather(*(work() for _ in range(int(connections))))
    print("PEERS", good)


asyncio.run(main())
