#include "engine/http/plain_reply.hpp"

#include "tests/support/mutations.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace pawl::http {
namespace {

constexpr reply_limits plain_limits{.max_body_bytes = 100, .max_header_bytes = 300, .max_fields = 4};
reply_buffers plain_buffers;

bool is_plain(std::string_view text, const reply_limits& within = plain_limits) {
  const auto padded = std::string(text) + "12345678";
  std::vector<header_field> fields;
  return read_plain_reply(std::string_view{padded}.substr(0, text.size()), within, fields).has_value();
}

std::string described(const reply_parser& p, reply_parser::state is) {
  auto text = std::to_string(static_cast<int>(is));
  if (is != reply_parser::state::done) return text;
  text += ' ' + std::to_string(p.status());
  for (const auto& h : p.headers()) text.append(" ").append(h.name).append("=").append(h.value);
  return text.append(" [").append(p.body()).append("]").append(p.keep_alive() ? "" : " closes");
}

// The parser takes the short way only if the first bytes it gets are a whole reply.
std::string parsed_in(std::string_view text, std::size_t first) {
  reply_parser p(plain_limits, plain_buffers);
  auto is = reply_parser::state::reading;
  for (const auto piece : {text.substr(0, first), text.substr(first)}) {
    if (is != reply_parser::state::reading) break;
    const auto room = p.prepare();
    std::memcpy(room.data(), piece.data(), piece.size());
    is = p.commit(piece.size());
  }
  return described(p, is);
}

constexpr const char* taken[] = {
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "HTTP/1.1 200 \r\ncontent-length:0\r\n\r\n",
    "HTTP/1.1 503 Service Unavailable, try later\r\nRetry-After: 3\r\nCONTENT-LENGTH:   0005  \r\n\r\nlater",
    "HTTP/1.1 422 OK\r\nConnection: Keep-Alive\r\nX-Empty:\r\nX-Spaces:   \r\nContent-Length: "
    "9\r\n\r\n{\"a\": 10}",
    "HTTP/1.1 301 Moved\r\nLocation: https://a.example/b?c=d#e\r\nContent-Length: 1\r\n\r\nx",
};

TEST(PlainReply, TakesWhatServersUsuallySend) {
  for (const char* text : taken) EXPECT_TRUE(is_plain(text)) << text;
}

TEST(PlainReply, LeavesEverythingElse) {
  const char* const left[] = {
      "",
      "H",
      "HTTP/1.1 200",
      "HTTP/1.1 200 OK",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{",
      "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
      "HTTP/1.1 100 Continue\r\nContent-Length: 2\r\n\r\n{}",
      "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n{}",
      "HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n{}",
      "HTTP/1.1 600 OK\r\nContent-Length: 2\r\n\r\n{}",
      "HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\n{}",
      "HTTP/1.1 200 OK\nContent-Length: 2\n\n{}",
      "HTTP/1.1 200 OK\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 2\r\n\r\n{}",
      "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\n{}",
      "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\n{}",
      "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n{}",
      "HTTP/1.1 200 OK\r\nContent-Length: 0000000002\r\n\r\n{}",
      "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\n{}",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive, x\r\n\r\n{}",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nProxy-Connection: x\r\n\r\n{}",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nUpgrade: x\r\n\r\n{}",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: identity\r\n\r\n{}",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: a\tb\r\n\r\n{}",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: \xc3\xbc\r\n\r\n{}",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: a\r\n b\r\n\r\n{}",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n: a\r\n\r\n{}",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX\r\n\r\n{}",
  };
  for (const char* text : left) EXPECT_FALSE(is_plain(text)) << text;
}

TEST(PlainReply, KeepsTheLimits) {
  const std::string text = "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 3\r\n\r\nabc";
  const auto header = text.size() - 3;
  EXPECT_TRUE(is_plain(text, {.max_body_bytes = 3, .max_header_bytes = header, .max_fields = 2}));
  EXPECT_FALSE(is_plain(text, {.max_body_bytes = 2, .max_header_bytes = header, .max_fields = 2}));
  EXPECT_FALSE(is_plain(text, {.max_body_bytes = 3, .max_header_bytes = header - 1, .max_fields = 2}));
  EXPECT_FALSE(is_plain(text, {.max_body_bytes = 3, .max_header_bytes = header, .max_fields = 1}));
}

TEST(PlainReply, SeesWhatNobodyAskedFor) {
  reply_parser p(plain_limits, plain_buffers);
  const std::string_view text = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP";
  std::memcpy(p.prepare().data(), text.data(), text.size());
  EXPECT_EQ(p.commit(text.size()), reply_parser::state::done);
  EXPECT_EQ(p.body(), "{}");
  EXPECT_EQ(p.excess(), 4u);
}

// Each reply cut short anywhere, and with each of its bytes replaced by, or after, what means something in
// HTTP.
TEST(PlainReply, TakesNothingThatTheLongWayTakesOtherwise) {
  const std::string marks{"\r\n :;,-\t09aC\x1f\x7f\x80\xff\0", 17};
  std::size_t compared = 0;
  const auto compare = [&](const std::string& text) {
    if (!is_plain(text)) return;
    ++compared;
    ASSERT_EQ(parsed_in(text, text.size()), parsed_in(text, 1)) << text;
  };
  for (const char* text : taken) pawl::test::for_each_mutation(text, marks, compare);
  EXPECT_GT(compared, 1000u);
}

}  // namespace
}  // namespace pawl::http
