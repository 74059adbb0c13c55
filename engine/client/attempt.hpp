// What every attempt goes through, whoever makes it: its turn in the line of its class, a connection, and
// what the reply says about limits. A read takes its turn in one step; a write takes the steps of send_line
// and connection_pool one by one, since its intent is committed in between. Network thread only.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/client/send_line.hpp"
#include "engine/http/connection_pool.hpp"
#include "engine/model/attempt.hpp"
#include "engine/policy/rate_headers.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>

namespace pawl::client {

enum class turn : std::uint8_t {
  taken,        // there is a connection, and the place holds a slot: send
  delayed,      // the place has moved away from the head of the line, and the connection was given back
  unreachable,  // no connection could be opened; the place is out of the line
  cancelled     // likewise, because the line was
};

// Waits until the place is nearly due, fetches a connection, and waits for the slot. `got` holds the
// connection if the turn is taken, and the fact of the failure if none could be opened. The place joins the
// line unless it stands there.
boost::asio::awaitable<turn> take_turn(send_line&, send_line::place&, http::connection_pool&,
                                       http::acquired& got);

// What an attempt that ended just now tells the pacer; unset unless a whole reply came. `rule`: the one that
// throttles, null if none does.
std::optional<policy::rate_facts> rate_facts_of(const api::header_names&, const attempt_fact&, bool throttled,
                                                const api::status_rule* rule = nullptr);

}  // namespace pawl::client
