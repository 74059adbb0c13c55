#include "tests/fuzz/api/reply_fuzz.hpp"

#include "engine/api/json_compare.hpp"
#include "engine/api/reply_reader.hpp"
#include "engine/text/json_normal_form.hpp"
#include "tests/unit/api/thread_reply.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace pawl::api::fuzzing {
namespace {

void promise(bool kept, const char* what) {
  if (kept) return;
  std::fputs(what, stderr);
  std::abort();
}

constexpr field_value want(std::size_t field, std::string_view json) {
  return {static_cast<field_index>(field), "", json};
}

const std::array thread_patch{want(testing::status, R"("done")"),
                              want(testing::title, R"("A \"title\" \u00fc")"),
                              want(testing::text, R"("<p>x</p>")"),
                              want(testing::assignee_id, "null"),
                              want(testing::tag_ids, R"(["a","b"])"),
                              want(testing::snoozed_until, R"("2026-12-01T09:00:00Z")"),
                              want(testing::closed_loop, "true"),
                              want(testing::ai_draft_sources, R"([{"type":"doc","title":"t"}])")};

const std::array crossing_patch{want(0, R"([{"id":"a"}])"), want(1, R"(["a"])"),   want(2, R"(["n",null])"),
                                want(3, R"({"id":1e2})"),   want(4, "100"),        want(5, "[[1,2.0]]"),
                                want(6, R"("a")"),          want(7, R"("seven")"), want(8, "2")};

profile crossing_profile() {
  profile p;
  p.reply.id = {{"id"}};
  p.fields = {testing::make_field("all", comparison::exact, "tags"),
              testing::make_field("ids", comparison::set, "tags[].id"),
              testing::make_field("names", comparison::exact, "tags[].owner.name"),
              testing::make_field("owner", comparison::exact, "owner"),
              testing::make_field("owner_id", comparison::exact, "owner.id"),
              testing::make_field("cells", comparison::set, "rows[].cells[]"),
              testing::make_field("first", comparison::exact, "tags[0].id"),
              testing::make_field("seven", comparison::exact, "extra[id=7].value"),
              testing::make_field("cell", comparison::exact, "rows[0].cells[1]")};
  return p;
}

void compare_twice(const profile& p, std::string_view body, std::span<const field_value> patch) {
  using state = echo_report::state;
  reply_reader reader(p);
  const testing::padded bytes(body);
  const auto first = reader.compare(bytes, "t1", patch);
  const auto is = first.is;
  const auto how = first.how;
  const std::string shown{first.shown};
  const auto second = reader.compare(bytes, "t1", patch);
  promise(second.is == is && second.how == how && second.shown == shown,
          "a reader remembers its last reply\n");
  promise(is == state::as_wanted || how == verified::none, "verified without being as wanted\n");
  promise(is == state::differs || is == state::other_id || shown.empty(),
          "something shown that does not differ\n");
  promise(shown.size() <= 1024, "shown over its bound\n");

  // A field alone is never less readable than with others.
  if (is == state::unreadable || is == state::misshapen || is == state::other_id) return;
  for (const auto& one : patch) {
    const auto alone = reader.compare(bytes, "t1", {&one, 1});
    promise(alone.is == state::as_wanted || (alone.is == state::differs && is == state::differs),
            "a field alone reads otherwise than with the others\n");
  }
}

void check_printable(std::string_view text, std::size_t bound) {
  promise(text.size() <= bound, "text over its bound\n");
  for (const char c : text)
    promise(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "a control character gets through\n");
}

}  // namespace

void compare_reply(std::string_view body) {
  compare_twice(testing::thread_profile(), body, thread_patch);
  compare_twice(crossing_profile(), body, crossing_patch);
}

void read_error_reply(std::string_view body) {
  const auto p = testing::thread_profile();
  reply_reader reader(p);
  const testing::padded bytes(body);
  const auto error = reader.read_error(bytes);
  check_printable(error.code, 256);
  check_printable(error.message, 2 * 1024);
  check_printable(error.details, 4 * 1024);
  check_printable(error.request_id, 256);
  const auto identity = reader.read_identity(bytes);
  promise(identity.readable || (identity.account.empty() && identity.scopes.empty()),
          "an account from an unreadable reply\n");
  check_printable(identity.account, 2 * 1024);
}

void compare_values(std::string_view both) {
  const auto cut = both.find('\0');
  if (cut == std::string_view::npos) return;
  const auto a = both.substr(0, cut), b = both.substr(cut + 1);
  json_comparer comparer;
  std::string normal;
  const bool a_good = append_normal_form(normal, a);
  normal.clear();
  const bool b_good = append_normal_form(normal, b);
  for (const auto how : {comparison::exact, comparison::set, comparison::instant}) {
    // What is wanted is promised to be well formed; what is shown may be anything.
    if (!a_good) continue;
    const auto is = comparer.compare(how, a, b);
    promise(b_good || is != equality::equal, "malformed text equals a value\n");
    promise(comparer.compare(how, a, a) == equality::equal, "a value does not equal itself\n");
    if (b_good) promise(comparer.compare(how, b, a) == is, "equality has a direction\n");
  }
}

}  // namespace pawl::api::fuzzing
