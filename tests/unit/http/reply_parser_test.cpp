#include "engine/http/reply_parser.hpp"

#include "engine/text/redaction.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <random>
#include <string>
#include <string_view>

namespace pawl::http {
namespace {

using state = reply_parser::state;

reply_buffers parser_buffers;

// Gives the text in pieces of `step` bytes; stops when it is not reading any more. How much was taken in
// `used`.
state feed(reply_parser& p, std::string_view text, std::size_t step, std::size_t* used = nullptr) {
  auto is = state::reading;
  std::size_t at = 0;
  while (at < text.size() && is == state::reading) {
    const auto room = p.prepare();
    const auto n = std::min({step, text.size() - at, room.size()});
    std::memcpy(room.data(), text.data() + at, n);
    is = p.commit(n);
    at += n;
  }
  if (used != nullptr) *used = at;
  return is;
}

std::string described_reply(const reply_parser& p) {
  std::string text = std::to_string(p.status());
  for (const auto& h : p.headers()) text.append(" ").append(h.name).append("=").append(h.value);
  return text.append(" [").append(p.body()).append("]").append(p.keep_alive() ? "" : " closes");
}

struct reply_case {
  const char* text;
  const char* described;
};

const reply_case whole[] = {
    {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nA: b\r\n\r\nhello", "200 Content-Length=5 A=b [hello]"},
    {"HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", "200 Content-Length=0 []"},
    {"HTTP/1.1 200 OK\r\nContent-Length: 3,3\r\n\r\nabc", "200 Content-Length=3,3 [abc]"},
    {"HTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\n", "204 Content-Length=7 []"},
    {"HTTP/1.1 304 Not Modified\r\n\r\n", "304 []"},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1;x=\"y\"\r\nd\r\n0\r\n\r\n",
     "200 Transfer-Encoding=chunked [abcd]"},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n3\r\nabc\r\n000\r\nT: t\r\nU: u\r\n\r\n",
     "200 Transfer-Encoding=chunked X=y [abc]"},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "200 Transfer-Encoding=chunked []"},
    {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx",
     "200 Connection=close Content-Length=1 [x] closes"},
    {"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", "200 Content-Length=1 [x] closes"},
    {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nP: q\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: "
     "2\r\n\r\n{}",
     "200 Content-Length=2 [{}]"},
    {"HTTP/1.1 200 OK\r\nFolded: one\r\n two\r\n\tthree\r\nE:\r\nContent-Length: 0\r\n\r\n",
     "200 Folded=one two three E= Content-Length=0 []"},
};

TEST(ReplyParser, ReadsWholeRepliesInPiecesOfAnySize) {
  for (const auto& c : whole) {
    const std::string_view text = c.text;
    reply_parser p(reply_limits{}, parser_buffers);
    for (std::size_t step = 1; step <= text.size(); ++step) {
      p.reset();
      std::size_t used = 0;
      ASSERT_EQ(feed(p, text, step, &used), state::done) << step << ": " << p.reason() << "\n" << text;
      EXPECT_EQ(used, text.size()) << step;
      EXPECT_EQ(described_reply(p), c.described) << step;
      EXPECT_EQ(p.excess(), 0u);
    }
  }
}

TEST(ReplyParser, AReplyCutAnywhereIsNeverWhole) {
  for (const auto& c : whole) {
    const std::string_view text = c.text;
    for (std::size_t length = 0; length < text.size(); ++length) {
      reply_parser p(reply_limits{}, parser_buffers);
      ASSERT_EQ(feed(p, text.substr(0, length), 64), state::reading) << text.substr(0, length);
      EXPECT_EQ(p.finish(), state::reading) << text.substr(0, length);
    }
  }
}

TEST(ReplyParser, ABodyWithoutALengthEndsWithTheStream) {
  reply_parser p(reply_limits{}, parser_buffers);
  ASSERT_EQ(feed(p, "HTTP/1.1 200 OK\r\n\r\nto the end", 3), state::reading);
  ASSERT_EQ(p.finish(), state::done);
  EXPECT_EQ(described_reply(p), "200 [to the end] closes");
}

TEST(ReplyParser, TellsBytesBehindTheReply) {
  reply_parser p(reply_limits{}, parser_buffers);
  ASSERT_EQ(feed(p, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1", 1000), state::done);
  EXPECT_EQ(p.excess(), 8u);
  EXPECT_EQ(p.body(), "{}");
  ASSERT_EQ((p.reset(), feed(p, "HTTP/1.1 204 No\r\n\r\n\r\n", 1000)), state::done);
  EXPECT_EQ(p.excess(), 2u);
}

// Headers stay what they were while the buffer grows under them, and the body is one piece however it came.
TEST(ReplyParser, ConcealsKeysInHeadersAndErrorsAndLeavesDataAlone) {
  keep_secret("sk-of-the-parser-1");
  for (const auto* status : {"200", "401"}) {
    reply_parser p(reply_limits{}, parser_buffers);
    const auto text = "HTTP/1.1 " + std::string(status) +
                      " X\r\nContent-Length: 22\r\nA: no sk-of-the-parser-1\r\n\r\nbad sk-of-the-parser-1";
    ASSERT_EQ(feed(p, text, text.size()), state::done);
    p.conceal_secrets();
    EXPECT_EQ(described_reply(p), std::string(status) + " Content-Length=22 A=no ****************** [bad " +
                                      (p.status() == 200 ? "sk-of-the-parser-1]" : "******************]"));
  }
}

TEST(ReplyParser, LargeChunkedBodiesAreOnePiece) {
  std::string text =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Request-Id: abc\r\nFold: a\r\n b\r\n\r\n";
  std::string body;
  for (int i = 0; i < 30'000; ++i) {
    const std::string piece(static_cast<std::size_t>(1 + i % 17), static_cast<char>('a' + i % 26));
    char size[8];
    std::snprintf(size, sizeof size, "%zx", piece.size());
    text.append(size).append("\r\n").append(piece).append("\r\n");
    body += piece;
  }
  text += "0\r\n\r\n";
  for (const std::size_t step : {1u, 7u, 1000u, 1u << 20}) {
    reply_parser p(reply_limits{}, parser_buffers);
    ASSERT_EQ(feed(p, text, step), state::done) << p.reason();
    EXPECT_EQ(p.body(), body);
    ASSERT_EQ(p.headers().size(), 3u);
    EXPECT_EQ(p.headers()[1].value, "abc");
    EXPECT_EQ(p.headers()[2].value, "a b");
    int sum = 0;
    for (std::size_t i = 0; i < 64; ++i) sum += p.body().data()[p.body().size() + i];  // padding: readable
    EXPECT_NE(sum, 1 << 20);
  }
}

struct bounds_case {
  const char* name;
  std::string text;
  state is;
};

TEST(ReplyParser, BoundsAreExact) {
  reply_limits limits;
  limits.max_body_bytes = 10;
  limits.max_header_bytes = 100;
  limits.max_fields = 3;
  const std::string start = "HTTP/1.1 200 OK\r\n";
  const auto header_of = [&](std::size_t size) {
    const std::string tail = "\r\nContent-Length: 0\r\n\r\n";
    return start + "A: " + std::string(size - start.size() - 3 - tail.size(), 'a') + tail;
  };
  const std::string chunked = start + "Transfer-Encoding: chunked\r\n\r\n";
  const bounds_case cases[] = {
      {"header of 100", header_of(100), state::done},
      {"header of 101", header_of(101), state::oversized},
      {"3 fields", start + "A:a\r\nB:b\r\nContent-Length: 0\r\n\r\n", state::done},
      {"4 fields", start + "A:a\r\nB:b\r\nC:c\r\nContent-Length: 0\r\n\r\n", state::oversized},
      {"body of 10", start + "Content-Length: 10\r\n\r\n0123456789", state::done},
      {"body of 11", start + "Content-Length: 11\r\n\r\n", state::oversized},
      {"chunks of 10", chunked + "5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n", state::done},
      {"chunks of 11", chunked + "5\r\n01234\r\n6\r\n", state::oversized},
      {"chunk of 2^63", chunked + "8000000000000000\r\n", state::oversized},
      {"chunk size of 17 digits", chunked + "10000000000000000\r\n", state::malformed},
      {"endless chunk extension", chunked + "1;" + std::string(200, 'e'), state::oversized},
      {"endless trailers", chunked + "0\r\nT: " + std::string(200, 't'), state::oversized},
      {"endless interim replies",
       [] {
         std::string many;
         for (int i = 0; i < 5; ++i) many += "HTTP/1.1 100 Continue\r\n\r\n";
         return many;
       }(),
       state::oversized},
      {"endless body", start + "\r\n" + std::string(11, 'b'), state::oversized},
  };
  for (const auto& c : cases) {
    for (const std::size_t step : {1u, 1000u}) {
      reply_parser p(limits, parser_buffers);
      EXPECT_EQ(feed(p, c.text, step), c.is) << c.name << ", by " << step << ": " << p.reason();
    }
  }
}

TEST(ReplyParser, RefusesWhatIsNotAReply) {
  const char* const texts[] = {
      "GET / HTTP/1.1\r\n\r\n",
      "HTTP/2 200\r\n\r\n",
      "HTTP/1.1 20 OK\r\n\r\n",
      "HTTP/1.1 abc OK\r\n\r\n",
      "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
      "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
      "<html>hello</html>\r\n\r\n",
  };
  for (const auto* text : texts) {
    for (const std::size_t step : {1u, 1000u}) {
      reply_parser p(reply_limits{}, parser_buffers);
      EXPECT_EQ(feed(p, text, step), state::malformed) << text;
      EXPECT_FALSE(p.reason().empty());
    }
  }
}

// Damaged replies in pieces of all sizes: any answer will do, but the bounds hold and no assertion fails.
TEST(ReplyParser, SurvivesDamage) {
  std::minstd_rand random(4711);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random()) % n; };
  constexpr std::string_view alphabet = "\r\n 0159afHT/:;,\t\"x\x00\xff";
  reply_limits limits;
  limits.max_body_bytes = 50;
  limits.max_header_bytes = 200;
  limits.max_fields = 4;
  reply_parser p(limits, parser_buffers);
  for (int round = 0; round < 20'000; ++round) {
    std::string text = whole[below(std::size(whole))].text;
    for (auto edits = below(4); edits-- > 0;) {
      const auto at = below(text.size());
      switch (below(3)) {
        case 0:
          text[at] = alphabet[below(alphabet.size())];
          break;
        case 1:
          text.erase(at, 1 + below(3));
          break;
        default:
          text.insert(at, 1 + below(3), alphabet[below(alphabet.size())]);
          break;
      }
      if (text.empty()) text = "\r\n";
    }
    p.reset();
    auto is = feed(p, text, 1 + below(40));
    if (is == state::reading) is = p.finish();
    if (is == state::done) {
      ASSERT_LE(p.body().size(), 50u);
      ASSERT_LE(p.headers().size(), 4u);
    }
  }
}

TEST(ReplyParser, GivesBackABufferThatALargeReplyGrew) {
  reply_parser p(reply_limits{}, parser_buffers);
  const std::string large(1'000'000, 'l');
  ASSERT_EQ(feed(p, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + large, 16'384), state::done);
  EXPECT_EQ(p.body(), large);
  p.reset();
  EXPECT_LT(p.prepare().size(), 65'536u);
}

}  // namespace
}  // namespace pawl::http
