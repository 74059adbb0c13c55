// Turns received bytes into one reply, in place: headers and body are views into the one buffer that the
// bytes were received into. Pure: no socket, no clock. plain_reply reads what is usual; for all else there is
// Beast's parser, which stays behind the .cpp.
//
// The buffer holds, from its start: the header block (interim 1xx blocks before it), the body as decoded so
// far, and what is not parsed yet. A chunked body is closed up in place as its pieces come, so that the body
// is contiguous and nothing is copied where it is so already.
#pragma once

#include "engine/model/attempt.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::http {

struct reply_limits {
  std::size_t max_body_bytes = 8u << 20;
  std::size_t max_header_bytes = 64u << 10;  // with interim replies; a chunk's framing and trailers too
  std::size_t max_fields = 1000;             // chosen: ten times what any real API sends
};

// Buffers of the usual size that no parser uses now. The parsers of a pool share them: most replies come
// whole and are done with before the next is received, so that a few buffers that stay in the processor's
// caches do for all connections. One thread; outlives its parsers.
class reply_buffers {
 public:
  static constexpr std::size_t capacity = 17408;  // one full TLS record (16 KiB), its headers and the padding

  std::unique_ptr<char[]> take();
  void give_back(std::unique_ptr<char[]>);

 private:
  std::vector<std::unique_ptr<char[]>> free_;
};

class reply_parser {
 public:
  enum class state : std::uint8_t { reading, done, malformed, oversized };

  reply_parser(const reply_limits&, reply_buffers&);
  ~reply_parser();

  // Begins a new reply. All views are void; bytes left over are dropped. The buffer is given back, but for
  // one that has grown: that is kept up to 64 KiB, and freed above it, so that one large reply does not stay
  // in memory 64 times.
  void reset();

  // Room for received bytes, never empty. Moves the views of a reply under way (not of a finished one).
  std::span<char> prepare();
  // The first n bytes of it were received. Only while reading.
  state commit(std::size_t n);
  // The stream ended in an orderly way: completes a body that runs to the end of the stream. Any other reply
  // stays `reading`: it was cut off.
  state finish();

  // Valid when done, until the next reset().
  int status() const noexcept;
  std::span<const header_field> headers() const noexcept;  // trailers are not among them
  std::string_view body() const noexcept;                  // followed by at least 64 readable bytes
  // Conceals keys in use in what becomes text: in every header, and in the body unless it is that of a
  // success, which is data that may have to be restored byte by byte (what people see of it is concealed
  // where it becomes text, in append_printable). When done.
  void conceal_secrets() noexcept;
  // The peer keeps the connection, and the reply ended before the stream did.
  bool keep_alive() const noexcept;
  // Bytes received behind the end of the reply: nobody asked for them.
  std::size_t excess() const noexcept;

  // For messages: why it is malformed or oversized; how much has come.
  std::string_view reason() const noexcept;
  std::size_t received() const noexcept;

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace pawl::http
