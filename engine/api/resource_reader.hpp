// Compares the current state of a resource with a job: which preconditions hold, what has to be sent, what
// the write will overwrite, and what the state proves about an attempt whose end is not known. Pure; simdjson
// stays in the .cpp of json_locator.
//
// What holds everywhere here:
// - A field whose path is missing counts as null, because APIs leave out what is null (a thread that is not
//   snoozed shows no `snoozed_until`). It is weaker evidence than a null that is shown: such a plan or look
//   says verified::partial. Lists are the exception (comparison::set, a path that walks an array, the target
//   of a set verb): a list that is missing makes the resource unreadable, because replacing a set that nobody
//   has seen would delete what is in it.
// - A null on the way counts as null (`assignee.id` of `"assignee": null`).
// - A shown value that is no sound JSON makes the resource unreadable, and so does a text where the path
//   expects an object, or an element without the member that is compared.
#pragma once

#include "engine/api/name_directory.hpp"
#include "engine/api/precondition.hpp"
#include "engine/api/profile.hpp"
#include "engine/api/value_object.hpp"  // parse_values: from the ledger's texts to `sent`
#include "engine/model/attempt.hpp"
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

// What one job has to send, made from the current state of its resource. A worker's slot owns it and reuses
// it: it allocates nothing once it has grown, and gives back memory that only a huge resource needed. The
// values are views into the job, the profile and the plan itself; they stay valid when the plan is moved.
struct write_plan {
  // The whole patch, in its order, but for fields that are only filled where they are empty and are not; the
  // first set verb of each target is replaced by the full set of the target. A reply is compared with this.
  std::vector<field_value> wanted;
  // The part of it that has to be sent, in the same order. Empty: the resource is as wanted.
  std::vector<field_value> send;
  // A JSON object, field name -> value as the API shows it (ids for a set), of those fields in `send` that it
  // shows; a field that counts as null is null. Behind them stand fields of their groups (`together`) that
  // are not sent and show a value: the write may change them by the way.
  std::string old_values;
  // `send` as a JSON object.
  std::string new_values;
  // With body_is = "whole", and with "row" where the row names some members of an object that has others, if
  // something is sent: the JSON object that is sent. A reply and a later read are compared with `send` only,
  // because others may change the rest without contradicting the row.
  std::string body;
  // With body_is = "whole" or "row", if something is sent: old_values, and behind them the rest of what the
  // resource shows and the write overwrites or a replacing server may erase. Empty: old_values is all of it.
  std::string pre_image;
  // The old values that the intent records.
  const std::string& old_to_keep() const noexcept { return pre_image.empty() ? old_values : pre_image; }
  // With body_is = "row", if something is sent: what the resource shows and the row does not name, so that a
  // replacing server erases it. `unnamed` are fields of the profile; unnamed_others tells whether there are
  // other members.
  std::vector<field_index> unnamed;
  bool unnamed_others = false;
  // JSON text as shown; empty: not shown.
  std::string updated_at;
  // The first precondition that does not hold, in words (`status is "done", expected "open"`), printable; the
  // job's own preconditions come before those of all jobs. Empty: all hold.
  std::string unmet;
  // `unmet` without the shown value, which may differ from row to row: `status, expected "open"`.
  std::string unmet_condition;
  // With an empty `send`, how well the read proves `unchanged`: full, or partial where a wanted value was not
  // shown and counts as null, or a field that rides with another was left out.
  verified shown = verified::none;
  // What {was...} of the profile's write stands for, by guard_places(): JSON text as shown, or what
  // resource_reader::guard() took from a header. Empty: not shown.
  std::vector<std::string> guards;
  // Whether the body shows everything that was looked at (what the patch wants where the API shows it, and
  // the preconditions) as values of the types that the profile says, or as null. False: a value is missing
  // and counts as null, or is of another form. An item of a list may leave things out, or show them in
  // another form than a read of the single resource does; there this is no evidence.
  bool complete = false;

  byte_arena sets;  // holds the sets that set verbs make
};

enum class readability : std::uint8_t {
  readable,
  other_id,    // shows another id than the job's, or none where the profile says where the id stands
  unreadable,  // not JSON, cut off, not UTF-8, deeper than 64
  misshapen,   // JSON, but not of the shape that the profile promises, so that a value cannot be compared, or
               // has no place in the whole resource; trouble() says where
};

// What a second read of the resource, after an attempt, shows.
struct second_look {
  enum class proof : std::uint8_t { applied, not_applied, none };

  readability is = readability::unreadable;  // the other members count only if readable
  // No sent field shows a value that contradicts the wanted one.
  bool shows_wanted = false;
  // With shows_wanted: full: every sent field shows its wanted value; partial: some do; none: no field does,
  // so this read says nothing about the write.
  verified how = verified::none;
  proof proven = proof::none;
  // Where old values are known. shows_other: a sent field shows neither its old value nor the wanted one.
  // shows_old: every sent field that is shown has its old value, and at least one of these is not the wanted
  // one.
  bool shows_other = false, shows_old = false;
  bool is_unmoved = false;      // updated_at is shown, and is the same moment as before
  field_index field{};          // with !shows_wanted: the first in the order of `sent` that differs; with
                                // shows_old too, which a `text` field may show that contradicts nothing.
  std::string_view shown;       // The value that it shows, as JSON text, printable, cut after 1 KiB
  std::string_view updated_at;  // JSON text as shown; empty: not shown
  // The last two are views into the reader, valid until its next call.
};

// One thread at a time; shared by the slots of one network thread.
class resource_reader {
 public:
  // All arguments must outlive the reader. `names` resolves add_names and remove_names. The caller must have
  // checked the names: a job that has such verbs, or an `only_if` with `has tag`, must have `names` with each
  // name exactly once in it (assertion; without assertions the resource is unreadable, so nothing is sent).
  // `fill_empty` names fields that are written only where the resource has no value: null, an empty text, an
  // empty list or object, or nothing shown. A name that the profile does not know holds for no field.
  resource_reader(const profile&, std::span<const precondition> only_if, const name_directory* names,
                  bool force_unechoed, std::span<const std::string> fill_empty = {});
  resource_reader(resource_reader&&) noexcept;
  ~resource_reader();

  // `body` is the reply to a GET of the resource; json_padding readable bytes must follow it. One pass, and
  // one before it where the profile has a read.root. `job` (id, patch, expect) and the profile must live as
  // long as the plan is used. If the result is not `readable`, the plan is empty.
  //
  // What is sent:
  // - a field that shows another value (also a `text` field: somebody has overwritten what the API
  //   normalised, or the row writes it in another form; a needless write is the price of not guessing);
  // - set verbs whose result is another set than the one shown, as their target;
  // - nothing for a field of fill_empty that shows a value; where it is another than the wanted one and
  //   nothing else is to be sent, the plan is unmet;
  // - a field that no read shows: always. One that rides with another field of the patch is sent exactly when
  //   that one is, or always with force_unechoed;
  // - with body_is = "row" or "whole", all of the patch as soon as one field of it is sent;
  // - with each field that is sent, its companions in the patch, even if they show the wanted value: the
  //   fields of its group (`together`), those that its value requires, and those whose echo begins where a
  //   write of it changes something (`also_changes`).
  //
  // A job that was sent before must go through look_again() first: its own write may have made an `expect`
  // untrue, which would look unmet here.
  // `part` is whole or item; with item, the id is not looked at.
  readability make_plan(std::string_view body, reply_part part, const job_view& job, wall_time now,
                        write_plan& into);
  readability make_plan(std::string_view body, const job_view& job, wall_time now, write_plan& into) {
    return make_plan(body, reply_part::whole, job, now, into);
  }

  // As make_plan(), with one item of a list page, whose id is looked at.
  readability make_plan_of_item(std::string_view item, const job_view& job, wall_time now, write_plan& into);

  // After a make_plan() that found nothing to send: makes the plan send everything that is wanted
  // nevertheless. `body`, `part` and `into` are those of that call.
  readability send_all(std::string_view body, reply_part part, write_plan& into);
  readability send_all(std::string_view body, write_plan& into) {
    return send_all(body, reply_part::whole, into);
  }

  // Takes the guards that stand in headers of the reply whose body `into` was made from. misshapen: one of
  // all guards is not shown, or stands in a header of the write that could not hold it; the write would not
  // be guarded.
  readability guard(std::span<const header_field> headers, write_plan& into);

  // Judges a read after an attempt. `sent`, `old_values` and `updated_at` come from the plan or from the
  // ledger's intent; the last two are empty if nothing was read before. json_padding readable bytes must
  // follow `body`. `part`: as in make_plan().
  //
  // applied: every sent field that is shown has its wanted value, and one of them had another value before.
  // not_applied: the resource was read before, every sent field that is shown has its old value, `updated_at`
  //   names the same moment as before, and at least one of these fields would show a difference. (Where the
  //   write changes nothing that is shown, as one of `notify` alone, the API need not move `updated_at`, so
  //   no read can tell. Nor does a `text` field tell: the API may normalise it to its old value.)
  // A `text` field that shows another value than the wanted one was normalised, was changed by somebody, or
  // was not written: it is neither a contradiction nor a proof.
  second_look look_again(std::string_view body, reply_part part, std::string_view id,
                         std::span<const field_value> sent, std::string_view old_values,
                         std::string_view updated_at);
  second_look look_again(std::string_view body, std::string_view id, std::span<const field_value> sent,
                         std::string_view old_values, std::string_view updated_at) {
    return look_again(body, reply_part::whole, id, sent, old_values, updated_at);
  }

  // What was wrong with the last body that was not readable. With other_id: the id that it shows, as
  // printable JSON text, empty if none. With misshapen: the name of the field, or the read.root where no
  // resource stands. Valid until the next call.
  std::string_view trouble() const noexcept;

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace pawl::api
