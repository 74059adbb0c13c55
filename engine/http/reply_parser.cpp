#include "engine/http/reply_parser.hpp"

#include "engine/http/plain_reply.hpp"
#include "engine/text/json_padding.hpp"
#include "engine/text/redaction.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <forward_list>
#include <limits>
#include <optional>
#include <vector>

namespace pawl::http {
namespace {

namespace beast = boost::beast;
using boost::system::error_code;

constexpr std::size_t kept_capacity = 64 * 1024;  // chosen: a larger buffer is freed after its reply
constexpr std::size_t least_room = 2048;  // chosen: a receive into less room is not worth its system call
#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t most_free = 0;  // lets the sanitizer catch a use of a reply that is finished
#else
constexpr std::size_t most_free = 64;  // chosen: at most a MiB of unused buffers
#endif

// The received bytes, and what was found in them. It has one owner and stays on one thread.
struct reply_buffer {
  std::unique_ptr<char[]> bytes;
  std::size_t capacity = 0;
  std::size_t filled = 0;      // received
  std::size_t parsed = 0;      // consumed by the parser; the bytes from here to `filled` are not
  std::size_t body_begin = 0;  // the body as far as it is decoded
  std::size_t body_end = 0;
  bool body_started = false;
  bool header_done = false;
  bool too_many_fields = false;
  std::vector<header_field> fields;       // views into bytes, or into folded
  std::forward_list<std::string> folded;  // copies of values that were folded over lines, which are rare

  bool holds(std::string_view text) const {
    return text.data() >= bytes.get() && text.data() + text.size() <= bytes.get() + filled;
  }

  std::string_view keep(std::string_view text) {
    if (text.empty()) return {};
    if (holds(text)) return text;
    return folded.emplace_front(text);
  }

  void add_body(std::string_view piece) {
    if (piece.empty()) return;
    if (!body_started) {
      body_started = true;
      body_begin = body_end = static_cast<std::size_t>(piece.data() - bytes.get());
    }
    char* to = bytes.get() + body_end;
    if (to != piece.data()) std::memmove(to, piece.data(), piece.size());
    body_end += piece.size();
  }

  void grow(std::size_t wanted) {
    auto larger = std::make_unique<char[]>(wanted);
    if (filled != 0) std::memcpy(larger.get(), bytes.get(), filled);
    const auto moved = [&](std::string_view text) {
      return holds(text) && !text.empty()
                 ? std::string_view{larger.get() + (text.data() - bytes.get()), text.size()}
                 : text;
    };
    for (auto& f : fields) f = header_field{moved(f.name), moved(f.value)};
    bytes = std::move(larger);
    capacity = wanted;
  }
};

// Beast's parser without storage for fields: it reports what it finds, and reply_buffer keeps it.
class parser final : public beast::http::basic_parser<false> {
 public:
  parser(reply_buffer& buffer, const reply_limits& limits) : buffer_(buffer), limits_(limits) {
    constexpr std::size_t u32 = std::numeric_limits<std::uint32_t>::max();
    header_limit(static_cast<std::uint32_t>(std::min(limits.max_header_bytes, u32)));
    body_limit(limits.max_body_bytes);
  }

  int status_code() const noexcept { return status_code_; }

 private:
  using text = beast::string_view;
  static std::string_view view(text s) { return {s.data(), s.size()}; }

  void on_request_impl(beast::http::verb, text, text, int, error_code&) override {}
  void on_response_impl(int code, text, int, error_code& ec) override {
    status_code_ = code;
    ec = {};
  }
  void on_field_impl(beast::http::field, text name, text value, error_code& ec) override {
    ec = {};
    if (buffer_.header_done) return;  // a trailer: it is not needed, and its bytes may move
    if (buffer_.fields.size() == limits_.max_fields) {
      buffer_.too_many_fields = true;
      ec = beast::http::error::header_limit;
      return;
    }
    buffer_.fields.push_back(header_field{buffer_.keep(view(name)), buffer_.keep(view(value))});
  }
  void on_header_impl(error_code& ec) override {
    buffer_.header_done = true;
    ec = {};
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code& ec) override { ec = {}; }
  std::size_t on_body_impl(text piece, error_code& ec) override {
    buffer_.add_body(view(piece));
    ec = {};
    return piece.size();
  }
  void on_chunk_header_impl(std::uint64_t, text, error_code& ec) override { ec = {}; }
  std::size_t on_chunk_body_impl(std::uint64_t, text piece, error_code& ec) override {
    buffer_.add_body(view(piece));
    ec = {};
    return piece.size();
  }
  void on_finish_impl(error_code& ec) override { ec = {}; }

  reply_buffer& buffer_;
  const reply_limits& limits_;
  int status_code_ = 0;
};

}  // namespace

struct reply_parser::impl {
  impl(const reply_limits& l, reply_buffers& b) : limits(l), buffers(b) { reset(); }
  ~impl() { give_buffer_back(); }

  const reply_limits limits;
  reply_buffers& buffers;
  reply_buffer buffer;
  int plain_status = 0;           // the status of a reply that plain_reply read
  std::optional<parser> machine;  // for all other replies; a Beast parser serves one message
  state is = state::reading;
  error_code error;
  const char* own_reason = nullptr;

  void reset() {
    if (buffer.capacity == reply_buffers::capacity || buffer.capacity > kept_capacity) give_buffer_back();
    buffer.filled = buffer.parsed = 0;
    is = state::reading;
    error = {};
    own_reason = nullptr;
    plain_status = 0;
    machine.reset();
    clear_message();
  }

  void give_buffer_back() {
    if (buffer.capacity == reply_buffers::capacity) buffers.give_back(std::move(buffer.bytes));
    buffer.bytes.reset();
    buffer.capacity = 0;
  }

  void clear_message() {
    buffer.body_begin = buffer.body_end = 0;
    buffer.body_started = buffer.header_done = buffer.too_many_fields = false;
    buffer.fields.clear();
    buffer.folded.clear();
  }

  void begin_message() {
    clear_message();
    machine.emplace(buffer, limits);
  }

  bool read_short_way() {
    const auto plain = read_plain_reply({buffer.bytes.get(), buffer.filled}, limits, buffer.fields);
    if (!plain) return false;
    plain_status = plain->status;
    buffer.body_begin = plain->body_begin;
    buffer.body_end = buffer.parsed = plain->body_end;
    buffer.header_done = true;
    return true;
  }

  state fail(state how, const char* why) {
    own_reason = why;
    return is = how;
  }

  void fail(error_code ec) {
    using limit = beast::http::error;
    error = ec;
    if (ec == limit::header_limit || ec == limit::body_limit || ec == limit::buffer_overflow) {
      if (buffer.too_many_fields) own_reason = "too many header fields";
      is = state::oversized;
    } else {
      is = state::malformed;
    }
  }

  state advance() {
    if (!machine) {
      if (read_short_way()) return is = state::done;
      begin_message();
    }
    while (!buffer.header_done) {
      if (!put()) return is;
      // Beast bounds only the bytes that it has not consumed; this bounds the whole block.
      if (buffer.header_done ? buffer.parsed > limits.max_header_bytes
                             : buffer.filled > limits.max_header_bytes)
        return fail(state::oversized, "header block too large");
      if (!buffer.header_done) return state::reading;
      if (machine->status_code() / 100 != 1) break;
      // RFC 9110 15.2: any number of interim replies may come first. 101 answers an upgrade, which is never
      // asked for.
      if (machine->status_code() == 101) return fail(state::malformed, "it switches protocols unasked");
      begin_message();
      if (buffer.parsed == buffer.filled) return state::reading;
    }
    machine->eager(true);
    if (!machine->is_done() && buffer.filled - buffer.parsed >= least_input() && !put()) return is;
    if (machine->is_done()) return is = state::done;
    // Beast takes chunk framing and trailers only when they are whole, so their size is bounded here.
    if (buffer.filled - buffer.parsed > limits.max_header_bytes)
      return fail(state::oversized, "chunk framing or trailers too large");
    close_up();
    return state::reading;
  }

  // Beast 1.81 asserts that it gets 5 bytes when it asks again for the last chunk. Every chunked body ends
  // with at least so many, so waiting for them is safe.
  std::size_t least_input() const { return machine->chunked() ? 5 : 1; }

  // Feeds the parser: up to the end of the header block, or after that with all bytes that have come. False:
  // it failed.
  bool put() {
    error_code ec;
    buffer.parsed += machine->put({buffer.bytes.get() + buffer.parsed, buffer.filled - buffer.parsed}, ec);
    if (!ec || ec == beast::http::error::need_more) return true;
    fail(ec);
    return false;
  }

  // Moves the bytes that are not parsed yet (at most part of a chunk's framing) down behind the body, so that
  // only body bytes make the buffer grow.
  void close_up() {
    if (!buffer.body_started || buffer.parsed == buffer.body_end) return;
    const auto rest = buffer.filled - buffer.parsed;
    std::memmove(buffer.bytes.get() + buffer.body_end, buffer.bytes.get() + buffer.parsed, rest);
    buffer.parsed = buffer.body_end;
    buffer.filled = buffer.body_end + rest;
  }
};

std::unique_ptr<char[]> reply_buffers::take() {
  if (free_.empty()) return std::make_unique<char[]>(capacity);
  auto last = std::move(free_.back());
  free_.pop_back();
  return last;
}

void reply_buffers::give_back(std::unique_ptr<char[]> buffer) {
  if (free_.size() < most_free) free_.push_back(std::move(buffer));
}

reply_parser::reply_parser(const reply_limits& limits, reply_buffers& buffers)
    : impl_(std::make_unique<impl>(limits, buffers)) {}
reply_parser::~reply_parser() = default;

void reply_parser::reset() {
  impl_->reset();
}

std::span<char> reply_parser::prepare() {
  auto& b = impl_->buffer;
  if (b.capacity == 0) {
    b.bytes = impl_->buffers.take();
    b.capacity = reply_buffers::capacity;
  }
  if (b.capacity - b.filled < least_room + json_padding) b.grow(b.capacity * 2);
  return {b.bytes.get() + b.filled, b.capacity - b.filled - json_padding};
}

reply_parser::state reply_parser::commit(std::size_t n) {
  assert(impl_->is == state::reading);
  assert(n <= impl_->buffer.capacity - impl_->buffer.filled - json_padding);
  if (n == 0) return impl_->is;
  impl_->buffer.filled += n;
  return impl_->advance();
}

reply_parser::state reply_parser::finish() {
  if (impl_->is != state::reading || !impl_->buffer.header_done) return impl_->is;
  error_code ec;
  impl_->machine->put_eof(ec);
  // The only error here is partial_message: the reply was cut off, and the caller reports that.
  if (!ec) impl_->is = state::done;
  return impl_->is;
}

int reply_parser::status() const noexcept {
  return impl_->machine ? impl_->machine->status_code() : impl_->plain_status;
}
std::span<const header_field> reply_parser::headers() const noexcept {
  return impl_->buffer.fields;
}
std::string_view reply_parser::body() const noexcept {
  const auto& b = impl_->buffer;
  return {b.bytes.get() + b.body_begin, b.body_end - b.body_begin};
}
void reply_parser::conceal_secrets() noexcept {
  auto& b = impl_->buffer;
  for (auto& value : b.folded) pawl::conceal_secrets(value);
  for (const auto& f : b.fields)
    if (may_hold_secret(f.value.size()) && b.holds(f.value))
      pawl::conceal_secrets(b.bytes.get() + (f.value.data() - b.bytes.get()), f.value.size());
  if (status() < 200 || status() > 299)
    pawl::conceal_secrets(b.bytes.get() + b.body_begin, b.body_end - b.body_begin);
}
bool reply_parser::keep_alive() const noexcept {
  return impl_->is == state::done && (!impl_->machine || impl_->machine->keep_alive());
}
std::size_t reply_parser::excess() const noexcept {
  return impl_->buffer.filled - impl_->buffer.parsed;
}
std::size_t reply_parser::received() const noexcept {
  return impl_->buffer.filled;
}

std::string_view reply_parser::reason() const noexcept {
  if (impl_->own_reason != nullptr) return impl_->own_reason;
  using beast::http::error;
  switch (static_cast<error>(impl_->error.value())) {
    case error::body_limit:
      return "body too large";
    case error::header_limit:
    case error::buffer_overflow:
      return "header block too large";
    case error::bad_version:
    case error::bad_status:
    case error::bad_reason:
      return "it does not begin with an HTTP/1.1 status line";
    case error::bad_content_length:
    case error::multiple_content_length:
      return "bad or contradicting Content-Length";
    case error::bad_transfer_encoding:
      return "bad Transfer-Encoding";
    case error::bad_chunk:
    case error::bad_chunk_extension:
      return "bad chunk";
    case error::bad_field:
    case error::bad_value:
    case error::bad_obs_fold:
      return "bad header field";
    case error::bad_line_ending:
      return "bad line ending";
    default:
      return "it cannot be parsed";
  }
}

}  // namespace pawl::http
