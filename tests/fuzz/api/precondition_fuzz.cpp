#include "tests/fuzz/api/precondition_fuzz.hpp"

#include "engine/api/precondition.hpp"
#include "tests/fuzz/promise.hpp"
#include "tests/unit/input/test_profile.hpp"

namespace pawl::api::fuzzing {
namespace {

using pawl::fuzzing::promise;

const profile& known() {
  static const auto made = [] {
    auto p = input::test::make_profile();
    p.readable = {{"updated_at", field_type::timestamp, {{"updated_at", false}}},
                  {"contact_email", field_type::string, {{"contact", false}, {"email", false}}},
                  {"is_read", field_type::boolean, {{"is_read", false}}}};
    return p;
  }();
  return made;
}

}  // namespace

void read_condition(std::string_view text) {
  const auto read = parse_precondition(text, known());
  if (!read) {
    promise(read.error().kind == failure_kind::usage && !read.error().what.empty(),
            "refused without a word, or as something else than usage");
    return;
  }
  promise(!read->path.empty(), "a condition on nothing");
  using test = precondition::test;
  const bool aged = read->is == test::older_than || read->is == test::newer_than;
  const bool valueless = aged || read->is == test::is_null || read->is == test::is_not_null;
  promise(aged == (read->age.count() > 0), "an age where there is none, or none where there is one");
  promise(valueless == read->json.empty(), "a value where there is none, or none where there is one");
  const auto written = to_string(*read);
  const auto again = parse_precondition(written, known());
  promise(again && *again == *read, "a condition does not survive being written");
  promise(to_string(*again) == written, "a condition is written in two ways");
}

}  // namespace pawl::api::fuzzing
