#include "engine/policy/foreign_replies.hpp"

#include "tests/unit/policy/request_kinds.hpp"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace pawl::policy {
namespace {

using namespace std::chrono_literals;
using testing::read;
using testing::write;

// Replies in a row, a second apart: a status with 'w' or 'r' for the request, each with a proof behind it or
// not; 0 is an answer of the API itself.
struct told {
  request_kind to;
  int status;
  bool proven = true;
};

TEST(ForeignReplies, TheThirdAlikeCountsEachWithAProof) {
  struct {
    const char* what;
    std::vector<told> replies;
    bool counts;
    std::uint32_t in_a_row;  // the last
  } const rows[] = {
      {"one", {{write, 404}}, false, 1},
      {"two", {{write, 404}, {write, 404}}, false, 2},
      {"three", {{write, 404}, {write, 404}, {write, 404}}, true, 3},
      {"three of reads", {{read, 404}, {read, 404}, {read, 404}}, true, 3},
      {"another status begins anew", {{write, 404}, {write, 404}, {write, 403}}, false, 3},
      {"and counts for itself", {{write, 404}, {write, 403}, {write, 403}, {write, 403}}, true, 4},
      {"without a proof", {{write, 404}, {write, 404}, {write, 404, false}}, false, 3},
      {"one without", {{write, 404}, {write, 404, false}, {write, 404}, {write, 404}}, true, 4},
      {"never a proof",
       {{write, 404, false}, {write, 404, false}, {write, 404, false}, {write, 404, false}},
       false,
       4},
      {"a read between", {{write, 404}, {write, 404}, {read, 404}}, false, 3},
      {"a read between, and on", {{write, 404}, {write, 404}, {read, 404}, {write, 404}}, false, 4},
      {"reads and writes by turns",
       {{write, 404}, {read, 404}, {write, 404}, {read, 404}, {write, 404}, {read, 404}},
       false,
       6},
      {"the API answers a write", {{write, 404}, {write, 404}, {write, 0}, {write, 404}}, false, 1},
      {"the API answers a read", {{read, 404}, {read, 404}, {read, 0}, {read, 404}}, false, 1},
      {"which says nothing of writes", {{write, 404}, {read, 0}, {write, 404}, {write, 404}}, true, 3},
      {"a write says it of reads", {{read, 404}, {read, 404}, {write, 0}, {read, 404}}, false, 1},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    foreign_replies replies;
    replies.begin();
    time_point now{1000s};
    bool counts = false;
    std::uint32_t in_a_row = 0;
    for (const auto& reply : row.replies) {
      if (reply.status == 0) {
        replies.end_with(reply.to);
        continue;
      }
      now += 1s;
      error_note note;
      note.http_status = reply.status;
      in_a_row = replies.met(reply.to, api::verdict::refused, note, now);
      EXPECT_EQ(replies.last(), reply.to);
      // A proof that is as old as the reply says nothing of what stood there then.
      counts = replies.count(reply.proven ? now + 1ms : now);
    }
    EXPECT_EQ(counts, row.counts);
    EXPECT_EQ(in_a_row, row.in_a_row);
  }
}

TEST(ForeignReplies, KeepWhatWasSaidOfReadsAndOfWrites) {
  foreign_replies replies;
  replies.begin();
  {
    const std::string code = "proxy", message = "no route";
    replies.met(write, api::verdict::ok, {200, code, message, "req_1"}, time_point{1s});
    replies.met(read, api::verdict::refused, {404, {}, "page", {}}, time_point{2s});
  }
  const auto& of_write = replies.to(write);
  EXPECT_EQ(of_write.says, api::verdict::ok);
  EXPECT_EQ(of_write.note.view().http_status, 200);
  EXPECT_EQ(of_write.note.view().code, "proxy");
  EXPECT_EQ(of_write.note.view().message, "no route");
  EXPECT_EQ(of_write.note.view().request_id, "req_1");
  EXPECT_EQ(replies.to(read).says, api::verdict::refused);
  EXPECT_EQ(replies.to(read).note.view().message, "page");
}

TEST(ForeignReplies, BeginAnewForTheNextJobAndWhenBelieved) {
  const auto thrice = [](foreign_replies& replies, request_kind kind) {
    bool counts = false;
    for (int i = 1; i <= 3; ++i) {
      replies.met(kind, api::verdict::refused, {404, {}, {}, {}}, time_point{i * 1s});
      counts = replies.count(time_point{i * 1s + 1ms});
    }
    return counts;
  };
  foreign_replies replies;
  replies.begin();
  EXPECT_TRUE(thrice(replies, read));
  replies.believed();
  EXPECT_FALSE(replies.count(time_point::min()));
  EXPECT_TRUE(thrice(replies, write));
  replies.begin();
  EXPECT_EQ(replies.met(write, api::verdict::refused, {404, {}, {}, {}}, time_point{1s}), 1u);
  EXPECT_FALSE(replies.count(time_point{2s}));
}

TEST(ForeignReplies, ARefusalThatIsDoubtedStandsForOne) {
  foreign_replies replies;
  replies.begin();
  replies.met(write, api::verdict::ok, {200, {}, "page", {}}, time_point{1s});
  replies.doubt_refusal({200, "E1", "no", {}});
  EXPECT_EQ(replies.to(write).says, api::verdict::refused);
  EXPECT_EQ(replies.to(write).note.view().code, "E1");
}

}  // namespace
}  // namespace pawl::policy
