#include "cli/commands/rehearse.hpp"

#include "cli/args/flags.hpp"
#include "cli/terminal/console.hpp"
#include "config/quantity.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/text/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include <unistd.h>

namespace pawl::cli {
namespace {

constexpr std::uint64_t most_times = 10'000, most_seed = 1'000'000'000'000'000;
constexpr std::uint64_t most_troubles = 1000;

constexpr const char* rehearse_footer =
    "Takes the options of run: what runs with them may come to, with the whole input and a new ledger. "
    "Nothing is sent, and\nnothing is written but the report: the API is a model in this program, and its "
    "time "
    "is simulated, so a run of a day\ntakes seconds. The model knows the resources of the input with made-up "
    "values, the documented limits, and whatever\nfaults are asked for. Each rehearsal has its seed, and the "
    "same seed has the same course.\n"
    "Exit codes: that of the worst run; 0: every row of every rehearsal would succeed.\n"
    "Examples:\n"
    "  pawl rehearse jobs.csv\n"
    "  pawl rehearse jobs.csv --rate 30/min --times 50\n"
    "  pawl rehearse jobs.csv --faults e500=0.01,drop-after=0.01 --kills 3 --outages 1\n"
    "  pawl rehearse orders.csv --profile ./orders.toml --model generic --model-file api.json";

void add_rehearse(CLI::App& app) {
  add_input_command(app, plan_format_flag);
  add_text(app, "--times", "N", "How many rehearsals. Default: 10.");
  add_text(app, "--seed", "N", "The seed of the first one; the next ones follow. Default: 1.");
  add_text(
      app, "--model", "NAME",
      "Which API is simulated, by the names of pawl-sandbox --api. Default: that of the profile, if pawl "
      "carries it.");
  add_text(app, "--model-file", "FILE", "The description that --model generic reads (docs/rehearsal.md).");
  add_list(app, "--model-limit", "NAME=N/WINDOW",
           "A limit of the API that is another than documented: write=400/min.");
  add_text(app, "--faults", "LIST",
           "What goes wrong, and how often: e500=0.01,drop-after=0.02. Default: nothing.");
  add_text(app, "--reply-time", "DURATION",
           "How long a reply takes; up to half as long again. Default: 200ms.");
  add_text(app, "--kills", "N",
           "So many times the run is killed, and started again a minute later. Default: 0.");
  add_text(app, "--outages", "N", "So many times nobody answers, for up to ten minutes. Default: 0.");
  add_text(app, "--format", joined_names(app::report_formats, "|"),
           "Lines for people or one JSON object. Default: text.");
}

std::string read_number(const CLI::App& app, const char* flag, std::uint64_t low, std::uint64_t high,
                        std::uint64_t& to) {
  const auto texts = given(app, flag);
  if (texts.empty()) return {};
  const auto number = config::parse_count(texts.back(), low, high);
  if (!number) return fmt::format("{}: {}", flag, to_string(number.error()));
  to = *number;
  return {};
}

std::string read_own_rehearse(const CLI::App& app, rehearse_options& to) {
  if (auto wrong = read_number(app, "--times", 1, most_times, to.times); !wrong.empty()) return wrong;
  if (auto wrong = read_number(app, "--seed", 0, most_seed, to.first_seed); !wrong.empty()) return wrong;
  if (auto wrong = read_number(app, "--kills", 0, most_troubles, to.kills); !wrong.empty()) return wrong;
  if (auto wrong = read_number(app, "--outages", 0, most_troubles, to.outages); !wrong.empty()) return wrong;
  if (auto texts = given(app, "--reply-time"); !texts.empty()) {
    const auto length = config::parse_duration(texts.back());
    if (!length) return "--reply-time: " + to_string(length.error());
    to.reply_time = *length;
  }
  const auto last = [&app](const char* flag) {
    auto texts = given(app, flag);
    return texts.empty() ? std::string{} : texts.back();
  };
  to.model = last("--model");
  to.model_file = last("--model-file");
  to.faults = last("--faults");
  to.limits = given(app, "--model-limit");
  constexpr const char* described = "generic";
  if (!to.model_file.empty() && to.model.empty()) to.model = described;
  if (!to.model_file.empty() && to.model != described)
    return fmt::format("--model-file: --model {} reads no description; leave one of them out", to.model);
  if (auto wrong = read_format(app, app::report_formats, to.format); !wrong.empty())
    return fmt::format("{}; the format of the input is {}", wrong, plan_format_flag);
  return {};
}

std::string read_rehearse(const CLI::App& app, command_line& to) {
  if (auto wrong = read_input_flags(app, to.raw); !wrong.empty()) return wrong;
  if (to.raw.input == "-")
    return "-: standard input cannot be read once for each rehearsal; write it to a file";
  if (to.raw.match)
    return "--match: the model answers no look-ups; rehearse with a file that has ids, such as what pawl "
           "plan "
           "INPUT --match FIELD --out FILE writes";
  if (to.raw.summary) return "--summary: there is one for each run; --format json has what they would say";
  return read_own_flags(app, to, read_own_rehearse);
}

// Becomes the program that simulates. Returns only if there is none.
int perform_rehearse(const command_line& line, const config::environment&, console& out) {
  std::error_code error;
  const auto here = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  const auto program = (here / rehearsing_program).string();
  std::vector<std::string> words = line.arguments;
  words.insert(words.begin(), "pawl");
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execv(program.c_str(), argv.data());
  error.assign(errno, std::generic_category());
  out.line(
      fmt::format("error: {}: {}: the program that rehearses lies beside pawl; build it with the target "
                  "pawl-rehearse or install pawl again",
                  printable(program), error.message()));
  return app::exit_mend;
}

}  // namespace

const command rehearse_command{
    "rehearse",      "Run the input in virtual time against a model of the API; sends nothing.",
    rehearse_footer, add_rehearse,
    read_rehearse,   perform_rehearse};

}  // namespace pawl::cli
