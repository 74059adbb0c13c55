// Reads the current state of a resource against a job: which preconditions hold, what has to be sent, what is
// overwritten by it, and, after an attempt of which the end is not known, what the state proves. Pure;
// simdjson stays in the .cpp of json_locator.
//
// What holds everywhere here:
// - A field whose path is missing counts as null, for APIs leave out what is null (a thread that is not
// snoozed
//   shows no `snoozed_until`). It is weaker evidence than a null that is shown: such a plan or look says
//   verified::partial. Lists are the exception (comparison::set, a path that walks an array, the target of a
//   set verb): a list that does not show makes the resource unreadable, because replacing a set that nobody
//   has seen would delete what is in it.
// - A null on the way is null (`assignee.id` of `"assignee": null`).
// - What is shown and is no sound JSON value makes the resource unreadable, and so does a text where the path
//   expects an object, or an element without the member that is compared.
#pragma once

#include "engine/api/name_directory.hpp"
#include "engine/api/precondition.hpp"
#include "engine/api/profile.hpp"
#include "engine/api/value_object.hpp"  // parse_values: from the ledger's texts to `sent`
#include "engine/model/byte_arena.hpp"
#include "engine/model/job.hpp"
#include "engine/model/outcome.hpp"
#include "engine/model/time.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {

// What one job has to send, made from the current state of its resource. Owned by a worker's slot and reused:
// nothing is allocated once it has grown, and what a huge resource made it grow to is given back. The values
// are views into the job, the profile and the plan itself; they stay valid while the plan is moved.
struct write_plan {
  // The whole patch, in its order; in the place of its first set verb stands the full set of their target.
  // This is what the reply is compared with.
  std::vector<field_value> wanted;
  // The part of it that has to be sent, in the same order. Empty: the resource is as wanted.
  std::vector<field_value> send;
  // JSON object: field name -> value as the API shows it (as ids for a set), of the fields in `send` that it
  // shows. A field that counts as null is there as null. Behind them stand fields that go together with those
  // (`together`), are not sent and show a value: the write may change them by the way.
  std::string old_values;
  // JSON object of `send`.
  std::string new_values;
  // With body_is = "whole", and something to send: the JSON object that is sent. `send` is what of it the row
  // wants, and what a reply and a later read are held against: what other people do to the rest is no
  // contradiction.
  std::string body;
  // With body_is = "whole" or "row", and something to send: old_values, and behind them what else the
  // resource shows of what a write overwrites or a replacing server may erase. Empty: old_values says it all.
  std::string pre_image;
  // What the intent keeps.
  const std::string& old_to_keep() const noexcept { return pre_image.empty() ? old_values : pre_image; }
  // With body_is = "row", and something to send: what the resource shows and the row does not name, so that a
  // replacing server erases it. Fields of the profile, and whether there are members that it does not
  // describe.
  std::vector<field_index> unnamed;
  bool unnamed_others = false;
  // JSON text as shown; empty: not shown.
  std::string updated_at;
  // The first precondition that does not hold, in words (`status is "done", expected "open"`), printable;
  // those of the job come before those of all jobs. Empty: all hold.
  std::string unmet;
  // The same without what the resource shows, which may be another value in every row: `status, expected
  // "open"`.
  std::string unmet_rule;
  // How much of `unchanged` the read proves, when `send` is empty: full, or partial where a wanted value was
  // not shown and counts as null, or a field was left out that rides with another.
  verified shown = verified::none;
  // Whether everything that was looked at (what the patch wants where the API shows it, and the
  // preconditions) stands in the body, as a value of the type that the profile says, a null as a null. False:
  // something counts as null because it is missing, or is of another form; in a body that may leave out more
  // than a read of the one resource does, or show it otherwise, that is no evidence.
  bool complete = false;

  byte_arena sets;  // what the views of set verbs point into
};

enum class reading : std::uint8_t {
  readable,
  other_id,    // shows another id than the job's, or none where the profile says where it stands
  unreadable,  // not JSON, cut off, not UTF-8, deeper than 64
  misshapen,   // JSON, but not of the shape that the profile promises: what trouble() says
};

// The same resource read again.
struct second_look {
  enum class proof : std::uint8_t { applied, not_applied, none };

  reading is = reading::unreadable;  // nothing else counts if it is not readable
  // No sent field shows a value that contradicts the wanted one.
  bool shows_wanted = false;
  // With shows_wanted. full: every sent field shows its wanted value; partial: some do; none: not one does,
  // so this read says nothing about the write.
  verified how = verified::none;
  proof proven = proof::none;
  // Where old values are known: a sent field shows neither its old value nor the wanted one; or every sent
  // field that is shown has its old value, of which one at least is not the wanted one.
  bool shows_other = false, shows_old = false;
  bool is_unmoved = false;      // updated_at is shown, and is what it was
  field_index field{};          // with !shows_wanted: the first in the order of `sent` that differs, and
  std::string_view shown;       // the value that it shows, as JSON text, printable, cut after 1 KiB
  std::string_view updated_at;  // JSON text as shown; empty: not shown
  // The last two are views into the reader, valid until its next call.
};

// One thread at a time; shared by the slots of one network thread.
class resource_reader {
 public:
  // All outlive it. `names` resolves add_names and remove_names; a job that has them, or an `only_if` with
  // `has tag`, without `names` or with a name that is not in there exactly once is a bug of the caller
  // (assertion; without assertions the resource is unreadable, so nothing is sent).
  resource_reader(const profile&, std::span<const precondition> only_if, const name_directory* names,
                  bool force_unechoed);
  resource_reader(resource_reader&&) noexcept;
  ~resource_reader();

  // `body` is the reply to a GET of the resource, or one item of a list page; 64 readable bytes follow it.
  // One pass. `job` (id, patch, expect) and the profile must live as long as the plan is used. Where the
  // reading is not readable, the plan is empty.
  //
  // What is sent:
  // - a field that shows another value (`text` too: what the API normalised was overwritten by somebody, or
  //   is written in another form; one write more is the price of not guessing);
  // - set verbs whose result is another set than the one shown, as their target;
  // - a field that no read shows: always, but for one that rides with another field of the patch: exactly
  // when
  //   that one is sent, or always with force_unechoed;
  // - with body_is = "row" or "whole", all of the patch as soon as one field of it is sent;
  // - with a field that is sent, the others of the patch that are in its group (`together`), that its value
  //   requires, or that it changes by the way (`also_changes`: their echo begins there), even if equal now.
  //
  // A job that was sent before and is read again has to go through look_again() first: an `expect` that its
  // own write made untrue would look unmet here.
  reading make_plan(std::string_view body, const job_view& job, wall_time now, write_plan& into);

  // Where make_plan() found nothing to send: a plan that sends all that is wanted nevertheless. `body` and
  // `into` are those of the last call of make_plan().
  reading send_all(std::string_view body, write_plan& into);

  // After an attempt. `sent`, `old_values` and `updated_at` are those of the plan or of the ledger's intent;
  // where nothing was read before, the last two are empty. 64 readable bytes behind `body` here too.
  //
  // applied: every sent field that is shown has its wanted value, and one of them had another one before.
  // not_applied: the resource was read before, every sent field that is shown has its old value, `updated_at`
  //   names the same moment as before, and at least one of these fields would show a difference. (Where the
  //   write would change nothing that is shown, as one of `notify` alone, an API need not move `updated_at`:
  //   no read can tell. Nor can a `text` field, which may be normalised to what stood there.)
  // A `text` field that shows another value than the wanted one was normalised, changed by somebody, or not
  // written: neither a contradiction nor a proof.
  second_look look_again(std::string_view body, std::string_view id, std::span<const field_value> sent,
                         std::string_view old_values, std::string_view updated_at);

  // What was wrong with the last body that was not readable: with other_id the id that it shows, printable
  // JSON text, empty if none; with misshapen the name of the field. Valid until the next call.
  std::string_view trouble() const noexcept;

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace pawl::api
