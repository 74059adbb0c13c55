// Everything that a server can do wrong after a request: an error of that attempt or a reply as it stands, in
// bounded memory, never a hang, and a connection that something is wrong with serves nobody again.
#include "engine/sys/clock.hpp"
#include "tests/integration/http/client.hpp"
#include "tests/support/wait_until.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace pawl::http {
namespace {

using ::testing::HasSubstr;
using testing::route;
using testing::scripted_server;
using testing::server_options;
using namespace std::chrono_literals;

constexpr std::size_t body_limit = 100'000;  // of the table; the real one has a test of its own
const std::string ok = "HTTP/1.1 200 OK\r\n";
const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";

std::string with_length(std::string_view length, std::string_view body) {
  return ok + "Content-Length: " + std::string(length) + "\r\n\r\n" + std::string(body);
}
std::string whole(std::string_view body, std::string_view header = "") {
  return ok + std::string(header) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}
std::string with_nul(std::string text) {
  text.replace(text.find("NUL"), 3, 1, '\0');
  return text;
}

std::string many_headers(int count) {
  std::string text = ok;
  for (int i = 0; i < count; ++i) text += "H: v\r\n";
  return text + "Content-Length: 0\r\n\r\n";
}

struct fault_case {
  const char* name;
  std::function<void(route&)> script;
  transport_fault fault;
  const char* detail;      // part of it
  std::uint64_t sent = 0;  // of a time-out: so many bytes of the reply came before
};

// The request has left: maybe applied.
const fault_case faults[] = {
    {"CloseBeforeTheReply", [](route& r) { r.raw("").and_close(); }, transport_fault::closed,
     "before the first byte"},
    {"CutBeforeTheReply", [](route& r) { r.raw("").and_cut(); }, transport_fault::closed,
     "before the first byte"},
    {"CloseInTheHeader", [](route& r) { r.raw("HTTP/1.1 200 OK\r\nConte").and_close(); },
     transport_fault::closed, "after 22 bytes"},
    {"CloseInTheBody",
     [](route& r) { r.raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"a\"").and_close(); },
     transport_fault::closed, "after 42 bytes"},
    {"CloseInAChunk",
     [](route& r) { r.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel").and_close(); },
     transport_fault::closed, "closed the connection after"},
    {"CloseBeforeTheLastChunk",
     [](route& r) { r.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n").and_close(); },
     transport_fault::closed, "closed the connection after"},
    {"CloseAfterAnInterimReply", [](route& r) { r.raw("HTTP/1.1 100 Continue\r\n\r\n").and_close(); },
     transport_fault::closed, "closed the connection after"},
    {"ResetBeforeTheReply", [](route& r) { r.raw("").and_reset(); }, transport_fault::reset, "reset"},
    {"ResetInTheBody",
     [](route& r) { r.raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"a\"").after(0ms).and_reset(); },
     transport_fault::reset, "reset"},
    {"StallBeforeTheReply", [](route& r) { r.raw("").and_stall(); }, transport_fault::timeout,
     "before the first byte"},
    {"StallInTheBody",
     [](route& r) { r.raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"a\"").and_stall(); },
     transport_fault::timeout, "after 42 bytes", 42},
    {"LongContentLength", [](route& r) { r.raw("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{}"); },
     transport_fault::timeout, "after 42 bytes", 42},
    {"NotHttp", [](route& r) { r.raw("SSH-2.0-OpenSSH_9.2\r\n\r\n"); }, transport_fault::malformed,
     "status line"},
    {"BadContentLength", [](route& r) { r.raw("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}"); },
     transport_fault::malformed, "Content-Length"},
    {"TwoContentLengths",
     [](route& r) { r.raw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"); },
     transport_fault::malformed, "Content-Length"},
    {"LengthAndChunks",
     [](route& r) { r.raw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}"); },
     transport_fault::malformed, "Transfer-Encoding"},
    {"BadChunk", [](route& r) { r.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhello\r\n"); },
     transport_fault::malformed, "chunk"},
    {"UnaskedUpgrade", [](route& r) { r.raw("HTTP/1.1 101 Switching Protocols\r\n\r\n"); },
     transport_fault::malformed, "unasked"},
    {"ThousandAndOneHeaders", [](route& r) { r.raw(many_headers(1001)); }, transport_fault::oversized,
     "too many header fields"},
    {"HundredThousandHeaders", [](route& r) { r.raw(many_headers(100'000)); }, transport_fault::oversized,
     "header"},
    {"LongHeader", [](route& r) { r.raw("HTTP/1.1 200 OK\r\nA: " + std::string(70'000, 'a') + "\r\n\r\n"); },
     transport_fault::oversized, "header block too large"},
    {"LongStatusLine", [](route& r) { r.raw("HTTP/1.1 200 " + std::string(70'000, 'a')); },
     transport_fault::oversized, "header block too large"},
    {"LongBodyByLength", [](route& r) { r.raw("HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n"); },
     transport_fault::oversized, "body too large"},
    {"LongBodyByChunks",
     [](route& r) {
       r.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n186a0\r\n" + std::string(100'000, 'b') +
             "\r\n1\r\nb\r\n0\r\n\r\n");
     },
     transport_fault::oversized, "body too large"},
    {"LongBodyToTheEnd",
     [](route& r) { r.raw("HTTP/1.1 200 OK\r\n\r\n" + std::string(100'001, 'b')).and_close(); },
     transport_fault::oversized, "body too large"},
    {"LongTrailers",
     [](route& r) {
       r.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: " + std::string(90'000, 'b'));
     },
     transport_fault::oversized, "trailers"},
    {"OneByteAtATimeForEver",
     [](route& r) { r.raw(whole(std::string(9000, 'x'))).in_pieces_of(1).paced(40ms); },
     transport_fault::timeout, "of the reply", 3},
    {"OverflowingContentLength", [](route& r) { r.raw(with_length("99999999999999999999999", "{}")); },
     transport_fault::malformed, "Content-Length"},
    {"HugeContentLength", [](route& r) { r.raw(with_length("18446744073709551615", "{}")); },
     transport_fault::oversized, "body too large"},
    {"ContentLengthWithASign", [](route& r) { r.raw(with_length("+2", "{}")); }, transport_fault::malformed,
     "Content-Length"},
    {"ContentLengthInHex", [](route& r) { r.raw(with_length("0x2", "{}")); }, transport_fault::malformed,
     "Content-Length"},
    {"EmptyContentLength", [](route& r) { r.raw(with_length("", "{}")); }, transport_fault::malformed,
     "Content-Length"},
    {"OverflowingChunk", [](route& r) { r.raw(chunked + "fffffffffffffffff\r\nhello"); },
     transport_fault::malformed, "chunk"},
    {"HugeChunk", [](route& r) { r.raw(chunked + "7fffffffffffffff\r\nhello"); }, transport_fault::oversized,
     "body too large"},
    {"NegativeChunk", [](route& r) { r.raw(chunked + "-1\r\nhello\r\n"); }, transport_fault::malformed,
     "chunk"},
    {"ChunkWithoutItsEnd", [](route& r) { r.raw(chunked + "2\r\nhello\r\n0\r\n\r\n"); },
     transport_fault::malformed, ""},
    {"NeverEndingChunks",
     [](route& r) { r.raw(std::string(chunked)).and_repeat("400\r\n" + std::string(1024, 'c') + "\r\n"); },
     transport_fault::oversized, "body too large"},
    {"NeverEndingTinyChunks", [](route& r) { r.raw(std::string(chunked)).and_repeat("1\r\nc\r\n"); },
     transport_fault::oversized, "body too large"},
    {"NeverEndingChunkExtension", [](route& r) { r.raw(chunked + "2;a=").and_repeat("and so on "); },
     transport_fault::oversized, ""},
    {"NeverEndingTrailers", [](route& r) { r.raw(chunked + "0\r\n").and_repeat("A: b\r\n"); },
     transport_fault::oversized, "trailers"},
    {"ContentLengthInTheTrailers",
     [](route& r) { r.raw(chunked + "2\r\n{}\r\n0\r\nContent-Length: 9\r\n\r\n"); },
     transport_fault::malformed, "Content-Length"},
    {"NeverEndingBody", [](route& r) { r.raw(ok + "\r\n").and_repeat(std::string(4096, 'b')); },
     transport_fault::oversized, "body too large"},
    {"NeverEndingHeader", [](route& r) { r.raw(std::string(ok)).and_repeat("A: b\r\n"); },
     transport_fault::oversized, "header"},
    {"NeverEndingStatusLine", [](route& r) { r.raw("HTTP/1.1 200 O").and_repeat("and so on "); },
     transport_fault::oversized, "header"},
    {"NeverEndingInterimReplies", [](route& r) { r.raw("").and_repeat("HTTP/1.1 100 Continue\r\n\r\n"); },
     transport_fault::oversized, "header block too large"},
    {"Http09", [](route& r) { r.raw("<html>hello</html>\r\n\r\n").and_close(); }, transport_fault::malformed,
     "status line"},
    {"Http2Preface", [](route& r) { r.raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"); }, transport_fault::malformed,
     "status line"},
    {"Http2Frames", [](route& r) { r.raw(std::string("\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64", 15)); },
     transport_fault::malformed, "status line"},
    {"Http2StatusLine", [](route& r) { r.raw("HTTP/2 200 OK\r\nContent-Length: 2\r\n\r\n{}"); },
     transport_fault::malformed, "status line"},
    {"ShortStatus", [](route& r) { r.raw("HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\n{}"); },
     transport_fault::malformed, "status line"},
    {"LongStatus", [](route& r) { r.raw("HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\n{}"); },
     transport_fault::malformed, "status line"},
    {"StatusInWords", [](route& r) { r.raw("HTTP/1.1 two OK\r\nContent-Length: 2\r\n\r\n{}"); },
     transport_fault::malformed, "status line"},
    {"NulInTheStatusLine",
     [](route& r) { r.raw(with_nul("HTTP/1.1 200 ONULK\r\nContent-Length: 2\r\n\r\n{}")); },
     transport_fault::malformed, "status line"},
    {"NulInAHeaderName", [](route& r) { r.raw(with_nul(whole("{}", "XNULY: z\r\n"))); },
     transport_fault::malformed, "bad header field"},
    {"NulInAHeaderValue", [](route& r) { r.raw(with_nul(whole("{}", "X: yNULz\r\n"))); },
     transport_fault::malformed, "bad header field"},
    {"HeaderWithoutColon", [](route& r) { r.raw(whole("{}", "X y\r\n")); }, transport_fault::malformed,
     "bad header field"},
    {"SpaceBeforeTheColon", [](route& r) { r.raw(whole("{}", "X : y\r\n")); }, transport_fault::malformed,
     "bad header field"},
    {"BareLineFeeds", [](route& r) { r.raw("HTTP/1.1 200 OK\nContent-Length: 2\n\n{}"); },
     transport_fault::malformed, ""},
    {"BareCarriageReturn", [](route& r) { r.raw(whole("{}", "X: y\rZ: a\r\n")); }, transport_fault::malformed,
     ""},
};

struct reply_case {
  const char* name;
  std::function<void(route&)> script;
  int status;
  std::optional<std::string> body;  // unset: not looked at
  bool reusable = false;
};

std::string deep(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}
std::string wide(std::size_t members) {
  std::string text = "{";
  for (std::size_t i = 0; i < members; ++i) text += "\"" + std::to_string(i) + "\":0,";
  return text + "\"z\":0}";
}

// Strange, but whole: what they mean is for those to judge who read the body.
const reply_case replies[] = {
    {"ShortContentLength", [](route& r) { r.raw(with_length("1", "{}")); }, 200, "{"},
    {"TwoReplies", [](route& r) { r.raw(whole("{}") + whole("[]")); }, 200, "{}"},
    {"BytesBehindTheReply", [](route& r) { r.raw(whole("{}") + "\r\n"); }, 200, "{}"},
    {"BodyWhereThereIsNone",
     [](route& r) { r.raw("HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n{}"); }, 204, ""},
    {"SomeInterimReplies",
     [](route& r) {
       std::string text;
       for (int i = 0; i < 100; ++i) text += "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n";
       r.raw(text + whole("{}"));
     },
     200, "{}", true},
    {"ChunksWithTrailers", [](route& r) { r.raw(chunked + "1;a=b\r\n{\r\n1\r\n}\r\n0\r\nX: y\r\n\r\n"); },
     200, "{}", true},
    {"FoldedHeader", [](route& r) { r.raw(whole("{}", "X: a\r\n b\r\n\tc\r\n")); }, 200, "{}", true},
    {"GzipUnasked", [](route& r) { r.raw(whole("\x1f\x8b\x08", "Content-Encoding: gzip\r\n")); }, 200,
     "\x1f\x8b\x08", true},
    {"HtmlErrorPage",
     [](route& r) {
       r.raw("HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>");
     },
     502, "<html>", true},
    {"HtmlInPlaceOfJson", [](route& r) { r.raw(whole("<html>please log in</html>")); }, 200,
     "<html>please log in</html>", true},
    {"TruncatedUtf8", [](route& r) { r.raw(whole("{\"title\":\"\xe2\x82\"}")); }, 200, std::nullopt, true},
    {"NulInTheBody", [](route& r) { r.raw(whole(with_nul("{NUL}"))); }, 200, std::nullopt, true},
    {"DeepJson", [](route& r) { r.raw(whole(deep(40'000))); }, 200, std::nullopt, true},
    {"WideJson", [](route& r) { r.raw(whole(wide(8'000))); }, 200, std::nullopt, true},
    {"NoReason", [](route& r) { r.raw("HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\n{}"); }, 200, "{}", true},
    {"StatusOverAllClasses", [](route& r) { r.raw("HTTP/1.1 999 ?\r\nContent-Length: 2\r\n\r\n{}"); }, 999,
     "{}", true},
    {"OldVersion", [](route& r) { r.raw("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}"); }, 200, "{}"},
    {"WantsToClose", [](route& r) { r.raw(whole("{}", "Connection: close\r\n")); }, 200, "{}"},
};

template <class Case>
class HostileReply : public ::testing::TestWithParam<std::tuple<Case, bool>> {
 protected:
  // Replies `script` to a PATCH, over TLS or not; the table's limits hold.
  // `silent_after`: an hour passes, by hand, when it has sent so many bytes.
  kept_fact answer_to_patch(const std::function<void(route&)>& script, bool tls,
                            std::optional<std::uint64_t> silent_after = {}) {
    server_options o;
    o.tls = tls;
    server.emplace(o);
    script(server->when("/x"));
    server->when("/next").reply(201);
    user.emplace(*server, [&](transport_options& t) {
      t.max_reply_bytes = body_limit;
      t.attempt_timeout = std::chrono::minutes{10};
    });
    if (silent_after)
      user->jump_ahead(1h, [this, sent = *silent_after] {
        return server->requests().size() == 1 && server->bytes_sent() >= sent;
      });
    return user->send("/x", freshness::any, "{}");
  }

  std::optional<scripted_server> server;
  std::optional<client> user;
};

constexpr auto case_name = [](const auto& tested) {
  return std::string(std::get<0>(tested.param).name) + (std::get<1>(tested.param) ? "OverTls" : "Plain");
};

using HostileFault = HostileReply<fault_case>;
INSTANTIATE_TEST_SUITE_P(Reply, HostileFault,
                         ::testing::Combine(::testing::ValuesIn(faults), ::testing::Bool()), case_name);

TEST_P(HostileFault, IsMaybeAppliedAndEndsTheConnection) {
  const auto& [c, tls] = GetParam();
  std::optional<std::uint64_t> silent_after;
  if (c.fault == transport_fault::timeout) silent_after = c.sent;
  const auto fact = answer_to_patch(c.script, tls, silent_after);
  EXPECT_EQ(fact.reached, phase::maybe_applied);
  EXPECT_EQ(fact.fault, c.fault) << to_string(fact.fault) << ": " << fact.detail;
  EXPECT_THAT(fact.detail, HasSubstr(c.detail));
  EXPECT_FALSE(fact.detail.empty());
  EXPECT_EQ(fact.status, 0);
  EXPECT_EQ(user->pool().open_connections(), 0u);
  EXPECT_EQ(server->requests().size(), 1u);
  // What is not read is not kept: the kernel's buffers aside, the endless ones were cut off near the limits.
  EXPECT_LT(server->bytes_sent(), 32u << 20);
  EXPECT_EQ(user->send("/next").status, 201);
  EXPECT_EQ(server->connections(), 2u);
}

using HostileAnswer = HostileReply<reply_case>;
INSTANTIATE_TEST_SUITE_P(Reply, HostileAnswer,
                         ::testing::Combine(::testing::ValuesIn(replies), ::testing::Bool()), case_name);

TEST_P(HostileAnswer, IsHandedOverAsItStands) {
  const auto& [c, tls] = GetParam();
  const auto fact = answer_to_patch(c.script, tls);
  EXPECT_EQ(fact.reached, phase::answered) << to_string(fact.fault) << ": " << fact.detail;
  EXPECT_EQ(fact.status, c.status);
  EXPECT_EQ(fact.body, c.body.value_or(fact.body));
  EXPECT_EQ(user->pool().open_connections(), c.reusable ? 1u : 0u);
  EXPECT_EQ(user->send("/next").status, 201);
  EXPECT_EQ(server->connections(), c.reusable ? 1u : 2u);
}

TEST(HostileReplies, ABodyOfTenMebibytesIsOverTheLimit) {
  scripted_server server;
  const std::string body(10u << 20, 'x');
  server.when("/declared").raw(whole(body));
  server.when("/undeclared").raw(ok + "\r\n" + body).and_close();
  client c(server);
  for (const auto* target : {"/declared", "/undeclared"}) {
    const auto fact = c.send(target, freshness::any, "{}");
    EXPECT_EQ(fact.reached, phase::maybe_applied);
    EXPECT_EQ(fact.fault, transport_fault::oversized) << to_string(fact.fault) << fact.detail;
  }
  EXPECT_EQ(c.pool().open_connections(), 0u);
}

// Each record is read at once when it comes, and the next one is there: the thread never waits, and the
// deadline holds all the same. (Who looks at no deadline meanwhile reads on for minutes, until the body is
// over its limit, and that is another fault.)
TEST(HostileReplies, AFloodOfTinyRecordsDoesNotHoldUpTheDeadline) {
  scripted_server server;
  server.when("/x").raw(std::string(chunked)).and_repeat("1\r\nc\r\n");
  client c(server);
  c.jump_ahead(1h, [&] { return server.bytes_sent() > 1000; });
  const auto fact = c.send("/x", freshness::any, "{}");
  EXPECT_EQ(fact.reached, phase::maybe_applied);
  EXPECT_EQ(fact.fault, transport_fault::timeout) << to_string(fact.fault) << fact.detail;
  EXPECT_TRUE(c.has_jumped());
}

// A reply that was there before the request is nobody's.
TEST(HostileReplies, WhatIsSaidBeforeTheRequestIsNoReply) {
  for (const bool tls : {true, false}) {
    server_options o;
    o.tls = tls;
    o.early = whole("{}");
    scripted_server server(o);
    client c(server);
    c.run([&]() -> boost::asio::awaitable<void> {
      auto got = co_await c.pool().acquire(freshness::any);
      EXPECT_TRUE(got.connection);
      if (!got.connection) co_return;
      EXPECT_TRUE(test::wait_until([&] { return server.bytes_sent() > 0; }));
      const auto request = request_text("/x", "{}");
      const auto fact = co_await got.connection.exchange(request, time_point::max());
      EXPECT_EQ(fact.reached, phase::not_sent);
      EXPECT_EQ(fact.fault, transport_fault::closed);
      EXPECT_THAT(std::string(fact.detail), HasSubstr("before it was asked"));
    });
    EXPECT_TRUE(server.requests().empty());
    EXPECT_EQ(c.pool().open_connections(), 0u);
  }
}

TEST(HostileReplies, BytesThatAreNotTlsBreakTheConnection) {
  scripted_server server;
  server.when("/x").raw("").and_stall();
  client c(server);
  kept_fact fact;
  c.run([&]() -> boost::asio::awaitable<void> {
    auto got = co_await c.pool().acquire(freshness::any);
    const auto request = request_text("/x", "{}");
    server.say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    fact = keep(co_await got.connection.exchange(request, time_point::max()));
  });
  EXPECT_NE(fact.reached, phase::answered);
  EXPECT_EQ(fact.status, 0);
  EXPECT_EQ(c.pool().open_connections(), 0u);
}

struct handshake_case {
  const char* name;
  std::string greeting;
  bool stalls;
};

const handshake_case handshakes[] = {
    {"RecordThatNeverEnds", std::string("\x16\x03\x03\x40\x00\x02", 6), true},
    {"RecordOverItsBound", std::string("\x16\x03\x03\xff\xff", 5) + std::string(70'000, 'x'), true},
    {"MessageOverItsBound", std::string("\x16\x03\x03\x00\x04\x02\xff\xff\xff", 9), true},
    {"FatalAlert", std::string("\x15\x03\x03\x00\x02\x02\x28", 7), false},
    {"WarningAlertsOnly",
     [] {
       std::string all;
       for (int i = 0; i < 10'000; ++i) all += std::string("\x15\x03\x03\x00\x02\x01\x5a", 7);
       return all;
     }(),
     true},
    {"EmptyRecordsOnly",
     [] {
       std::string all;
       for (int i = 0; i < 10'000; ++i) all += std::string("\x16\x03\x03\x00\x00", 5);
       return all;
     }(),
     true},
    {"PlainHttp", "HTTP/1.1 400 Bad Request\r\n\r\n", false},
    {"Garbage", std::string(4096, '\xa5'), true},
};

class HostileHandshake : public ::testing::TestWithParam<handshake_case> {};
INSTANTIATE_TEST_SUITE_P(Server, HostileHandshake, ::testing::ValuesIn(handshakes),
                         [](const auto& tested) { return tested.param.name; });

TEST_P(HostileHandshake, IsNotSent) {
  server_options o;
  o.plain_greeting = GetParam().greeting;
  o.stall_after_greeting = GetParam().stalls;
  scripted_server server(o);
  client c(server, [](transport_options& t) { t.handshake_timeout = 200ms; });
  const auto fact = c.send("/x", freshness::any, "{}");
  EXPECT_EQ(fact.reached, phase::not_sent);
  EXPECT_EQ(fact.fault, transport_fault::handshake) << to_string(fact.fault);
  EXPECT_FALSE(fact.detail.empty());
  EXPECT_EQ(c.pool().open_connections(), 0u);
}

}  // namespace
}  // namespace pawl::http
