// Turns received bytes into one reply, in place: headers and body are views into the buffer into which the
// bytes were received. Pure: no socket, no clock. plain_reply reads usual replies; Beast's parser, which
// stays in the .cpp, reads all others.
//
// The buffer holds, from its start: the header block (with interim 1xx blocks before it), the body as far as
// it is decoded, and the bytes that are not parsed yet. The pieces of a chunked body are moved together in
// place as they come, so that the body is contiguous; a body that is contiguous already is not copied.
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

// Buffers of the usual size that no parser is using. The parsers of a pool share them: most replies come
// whole and are finished before the next one is received, so a few buffers, which stay in the processor's
// caches, serve all connections. One thread; must outlive its parsers.
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

  // Begins a new reply. All views become invalid, and bytes left over are dropped. The buffer is given back,
  // unless it has grown: then it is kept up to 64 KiB and freed above, so that one large reply does not hold
  // memory on each of 64 connections.
  void reset();

  // Room for received bytes, never empty. Invalidates the views of a reply under way, not those of a finished
  // one.
  std::span<char> prepare();
  // Says that the first n bytes of prepare() were received. Only while reading.
  state commit(std::size_t n);
  // Says that the stream ended in an orderly way. It completes a body that extends to the end of the stream;
  // any other reply stays `reading`, because it was cut off.
  state finish();

  // Valid when done, until the next reset().
  int status() const noexcept;
  std::span<const header_field> headers() const noexcept;  // trailers are not among them
  std::string_view body() const noexcept;                  // followed by json_padding readable bytes
  // Conceals keys in use in all that becomes text: in each header, and in the body unless it is that of a
  // success. Such a body is data, which may have to be restored byte by byte; append_printable() conceals the
  // parts of it that people see. Call it when done.
  void conceal_secrets() noexcept;
  // Whether the peer keeps the connection open, and the reply ended before the stream did.
  bool keep_alive() const noexcept;
  // How many bytes came behind the end of the reply without being asked for.
  std::size_t excess() const noexcept;

  // For messages: why the reply is malformed or oversized, and how many bytes have come.
  std::string_view reason() const noexcept;
  std::size_t received() const noexcept;

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace pawl::http
