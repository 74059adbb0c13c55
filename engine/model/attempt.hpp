// What became of one request on the wire: the facts that policy judges. Plain values; engine/http fills them
// in.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace pawl {

// How far an attempt came. It decides whether the server may have acted on it.
enum class phase : std::uint8_t {
  not_sent,       // no byte of the request left this process, or the server proved that it read none
  maybe_applied,  // at least one byte left, and no complete reply came
  answered,       // a complete reply was read
};

// Why an attempt has no complete reply.
enum class transport_fault : std::uint8_t {
  none,
  resolve,             // the host name could not be resolved to an address
  connect,             // no address accepted a connection in time
  proxy,               // the proxy refused the connection, or it broke
  proxy_credentials,   // the proxy wants a user and password, or other ones (407): stops the run
  handshake,           // the TLS handshake failed for another reason than trust
  untrusted,           // the certificate is not trusted, expired, or for another host: stops the run
  client_certificate,  // the server wants a client certificate, or another one: stops the run
  closed,              // the peer closed before the reply was complete
  reset,               // the connection broke (reset, write error)
  timeout,             // the deadline of the attempt passed
  malformed,           // what came is not an HTTP reply
  oversized,           // the reply or its header block is over its bound
  cancelled,           // the run was stopped
};

// For people ("timed out"), and as a stable error code for ledgers and exports ("timeout").
std::string_view to_string(transport_fault) noexcept;
std::string_view code_of(transport_fault) noexcept;

struct header_field {
  std::string_view name, value;  // name as received; compare without case
};

// Which part of a reply the body of an attempt_fact is.
enum class reply_part : std::uint8_t {
  whole,
  // Of the reply to a request for several resources, whose ids were compared there:
  item,     // one resource, without anything around it; empty: the API shows no resource after a write
  error,    // the error of one
  missing,  // nothing: the reply does not say what became of this one
};

// Holds views into the connection's receive buffer: valid until the lease is used again or given back.
struct attempt_fact {
  phase reached = phase::not_sent;
  transport_fault fault = transport_fault::none;
  reply_part part = reply_part::whole;
  std::string_view detail;  // for people: the system's or OpenSSL's own words; may be empty
  int status = 0;           // 0 unless answered
  std::span<const header_field> headers;
  std::string_view body;  // followed by json_padding readable bytes
};

// The first header of that name, compared without case; empty if there is none.
std::string_view find_header(std::span<const header_field>, std::string_view name) noexcept;

}  // namespace pawl
