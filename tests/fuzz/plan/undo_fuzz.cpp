#include "tests/fuzz/plan/undo_fuzz.hpp"

#include "engine/api/json_compare.hpp"
#include "engine/api/resource_reader.hpp"
#include "engine/input/job_source.hpp"
#include "engine/input/json_reader.hpp"
#include "engine/input/validation.hpp"
#include "engine/ledger/group_commit.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/plan/undo.hpp"
#include "engine/text/json_padding.hpp"
#include "engine/text/json_walk.hpp"
#include "tests/fuzz/promise.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pawl::plan::fuzzing {
namespace {

using pawl::fuzzing::promise;

constexpr std::string_view id = "t1";

// One field of a kind, and what a row wants of it that no API shows.
struct field_kind {
  const char* name;
  api::field_type type;
  api::comparison compare;
  const char* wanted;
};
constexpr std::array kinds{
    field_kind{"any", api::field_type::json, api::comparison::exact, R"("\u0007 wanted")"},
    field_kind{"note", api::field_type::string, api::comparison::text, R"("\u0007 wanted")"},
    field_kind{"set", api::field_type::json, api::comparison::set, R"(["\u0007 wanted"])"},
    field_kind{"list", api::field_type::list, api::comparison::set, R"(["\u0007 wanted"])"},
};

api::profile make_profile() {
  api::profile p;
  p.name = "shown";
  p.reply.id = {{"id", false}};
  for (const auto& kind : kinds) {
    auto& f = p.fields.emplace_back();
    f.name = kind.name;
    f.type = kind.type;
    f.compare = kind.compare;
    f.nullable = true;
    f.echo = {{"shown", false}};
  }
  // The list goes back element by element.
  for (const auto& [name, verb] :
       {std::pair{"add_list", api::set_verb::add_ids}, {"remove_list", api::set_verb::remove_ids}}) {
    auto& f = p.fields.emplace_back();
    f.name = name;
    f.type = api::field_type::list;
    f.compare = api::comparison::none;
    f.verb = verb;
    f.verb_target = static_cast<field_index>(kinds.size() - 1);
  }
  return p;
}

const api::profile& profile() {
  static const auto made = make_profile();
  return made;
}

// A ledger of one generation, in a directory that is gone with the process.
class kept_ledger {
 public:
  kept_ledger() {
    std::string name = (std::filesystem::temp_directory_path() / "pawl-undo-XXXXXX").string();
    promise(::mkdtemp(name.data()) != nullptr, "no directory for a ledger");
    directory_ = name;
    const auto path = directory_ / "fuzz.ledger";
    auto file = ledger::ledger_file::open(path, ledger::access::read_write);
    promise(static_cast<bool>(file), "a ledger cannot be made");
    file_.emplace(*std::move(file));
    ledger::generation_row g;
    g.rows = 1;
    generation_ = file_->begin_generation(g, {}).operator*();
    run_ = *file_->begin_run(generation_, "fuzz", {});
    auto db = ledger::database::open(path, SQLITE_OPEN_READWRITE);
    promise(static_cast<bool>(db), "a ledger cannot be opened twice");
    db_ = *std::move(db);
    // What is asked is whether the bytes come back, not whether they survive a power cut.
    promise(static_cast<bool>(db_->execute("PRAGMA synchronous = OFF")), "no pragma");
    auto group = ledger::group_commit::prepare(*db_, generation_, run_);
    promise(static_cast<bool>(group), "nothing can be committed");
    group_ = *std::move(group);
  }
  ~kept_ledger() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  kept_ledger(const kept_ledger&) = delete;
  kept_ledger& operator=(const kept_ledger&) = delete;

  // What the ledger says of a write that it was told of before it left.
  ledger::pre_image keep(std::string_view old_values, std::string_view new_values) {
    std::vector<ledger::record_batch> batches(1);
    ledger::intent_record intent;
    intent.row = 1;
    intent.id = id;
    intent.old_values = old_values;
    intent.new_values = new_values;
    batches[0].add(intent);
    promise(static_cast<bool>(group_->commit(batches)), "an intent is not kept");
    ledger::pre_image kept;
    std::size_t count = 0;
    const auto one = [&](const ledger::pre_image& image) {
      kept = image;
      ++count;
      return true;
    };
    promise(static_cast<bool>(file_->for_each_pre_image(generation_, id_compare::exact, one)),
            "intents cannot be read");
    promise(count == 1, "another number of intents than were kept");
    promise(static_cast<bool>(db_->execute("DELETE FROM intent")), "an intent stays");
    return kept;
  }

 private:
  std::filesystem::path directory_;
  std::optional<ledger::ledger_file> file_;
  std::int64_t generation_ = 0, run_ = 0;
  std::unique_ptr<ledger::database> db_;
  std::unique_ptr<ledger::group_commit> group_;
};

kept_ledger& the_ledger() {
  static kept_ledger made;
  return made;
}

void check_line(const std::string& line, field_index f, std::string_view shown) {
  input::source_options options;
  options.format = input::file_format::ndjson;
  auto source = input::job_source::from_bytes("undo", line, profile(), options);
  promise(static_cast<bool>(source), "undo prints no input");
  job_batch batch;
  const auto more = source->next(batch);
  promise(more && *more && batch.size() == 1, "undo prints no row");
  promise(batch.error(0) == nullptr, "undo prints a row that is wrong");
  const auto job = batch.job(0);
  promise(job.id == id, "undo prints another id");
  if (f == static_cast<field_index>(kinds.size() - 1)) return;  // by its elements
  promise(job.patch.size() == 1 && job.patch[0].field == f, "undo prints another field");
  api::json_comparer comparer;
  promise(comparer.compare(profile()[f].compare, job.patch[0].json, shown) == api::equality::equal,
          "undo prints another value than the API has shown");
}

// Whether a row may say it at all. Nothing but the bounds and the grammar of inputs may cost a value.
bool an_input_may_say(std::string_view value) {
  const auto line = R"({"id":"t1","patch":{"any":)" + std::string{value} + "}}\n";
  input::source_options options;
  options.format = input::file_format::ndjson;
  auto source = input::job_source::from_bytes("value", line, profile(), options);
  job_batch batch;
  const auto more = source ? source->next(batch) : expected<bool>{false};
  return more && *more && batch.size() == 1 && batch.error(0) == nullptr;
}

void bring_back_field(std::string_view value, std::size_t at) {
  const auto f = static_cast<field_index>(at);
  std::string body = R"({"id":"t1","shown":)";
  body.append(value) += '}';
  const auto size = body.size();
  body.append(json_padding, '\0');
  const std::array patch{field_value{f, kinds[at].name, kinds[at].wanted}};
  job_view job;
  job.row = 1;
  job.id = id;
  job.patch = patch;
  api::resource_reader reader(profile(), {}, nullptr, false);
  api::write_plan plan;
  if (reader.make_plan(std::string_view{body}.substr(0, size), job, {}, plan) != api::readability::readable)
    return;
  if (plan.send.empty()) return;  // it shows what is wanted

  const auto kept = the_ledger().keep(plan.old_values, plan.new_values);
  promise(kept.old_values == plan.old_values && kept.new_values == plan.new_values,
          "the ledger gives other bytes back than it was given");
  std::string_view shown;
  for_each_member(kept.old_values, [&](std::string_view, std::string_view json) {
    shown = json;
    return true;
  });
  promise(!shown.empty() && value.find(shown) != std::string_view::npos,
          "the ledger keeps another text than the API has shown");

  undo_builder builder(profile());
  builder.add(kept.old_values, kept.new_values, true, true);
  const auto back = builder.finish(id);
  promise(back.jobs <= 1 && back.losses.size() <= 1, "more than one answer for one field");
  promise(back.jobs + back.losses.size() == 1, "undo forgets a field");
  if (back.jobs == 1) return check_line(back.lines, f, shown);
  promise(back.losses[0].field == kinds[at].name, "undo names another field");
  // What the profile takes of a field is its own matter; of `any` it takes everything.
  promise(at != 0 || !an_input_may_say(shown), "undo gives up a value that an input may say");
}

}  // namespace

void bring_back(std::string_view value) {
  for (std::size_t at = 0; at < kinds.size(); ++at) bring_back_field(value, at);
}

}  // namespace pawl::plan::fuzzing
