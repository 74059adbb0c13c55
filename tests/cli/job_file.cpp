#include "tests/cli/job_file.hpp"

#include "tests/support/thread_rows.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace pawl::test {
namespace json = boost::json;
namespace {

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& part : parts) out += (out.empty() ? "" : ";") + part;
  return out;
}

std::string differs(const thread_job& job, const json::object& thread, std::int64_t times) {
  if (thread.at("applied").to_number<std::int64_t>() != times)
    return "was written " + json::serialize(thread.at("applied")) + " times";
  if (!job.status.empty() && thread.at("status") != json::value(job.status))
    return "status is " + json::serialize(thread.at("status"));
  if (!job.title.empty() && thread.at("title") != json::value(job.title))
    return "title is " + json::serialize(thread.at("title"));
  if (!job.tags.empty()) {
    std::set<std::string> wanted(job.tags.begin(), job.tags.end()), there;
    for (const auto& tag : thread.at("tag_ids").as_array()) there.emplace(tag.as_string());
    if (wanted != there) return "tag_ids are " + json::serialize(thread.at("tag_ids"));
  }
  return {};
}

}  // namespace

std::vector<thread_job> make_jobs(std::size_t count) {
  const std::array<std::string, 6> titles{"Plain title",
                                          "She said \"no\", twice",
                                          "Two\nlines, and a comma",
                                          "Launch \U0001F680 \U0001F468\u200D\U0001F469\u200D\U0001F467",
                                          "semi;colon\ttab | bar",
                                          "\u00FCn\u00EFc\u00F6d\u00E9 'quotes' \"\"double\"\""};
  const std::array<std::string, 3> statuses{"open", "done", "snoozed"};
  std::vector<thread_job> jobs;
  for (std::size_t i = 1; i <= count; ++i) {
    thread_job job;
    job.id = thread_id(i);
    job.status = statuses[i % statuses.size()];
    if (job.status == "snoozed") job.snoozed_until = "2030-01-02T03:04:05Z";
    job.title = titles[i % titles.size()] + " " + std::to_string(i);
    job.tags = {"tag_" + std::to_string(i % 7), "tag_\u00E9_" + std::to_string(i % 3)};
    jobs.push_back(std::move(job));
  }
  return jobs;
}

std::string to_csv(const std::vector<thread_job>& jobs) {
  std::string out = "id,status,snoozed_until,title,tag_ids,_note\r\n";
  for (const auto& job : jobs)
    out += job.id + "," + job.status + "," + job.snoozed_until + "," + csv_cell(job.title) + "," +
           csv_cell(joined(job.tags)) + ",\"for people, not for the API\"\r\n";
  return out;
}

std::string to_ndjson(const std::vector<thread_job>& jobs) {
  std::string out;
  for (const auto& job : jobs) {
    json::object patch;
    if (!job.status.empty()) patch["status"] = job.status;
    if (!job.snoozed_until.empty()) patch["snoozed_until"] = job.snoozed_until;
    if (!job.title.empty()) patch["title"] = job.title;
    if (!job.tags.empty()) patch["tag_ids"] = json::array(job.tags.begin(), job.tags.end());
    out += json::serialize(json::object{{"id", job.id}, {"patch", std::move(patch)}}) + "\n";
  }
  return out;
}

::testing::AssertionResult applied(const sandbox_process& sandbox, const std::vector<thread_job>& jobs,
                                   std::int64_t times) {
  const auto truth = sandbox.truth();
  const auto& threads = truth.at("threads").as_object();
  for (const auto& job : jobs) {
    const auto* thread = threads.if_contains(job.id);
    if (thread == nullptr) return ::testing::AssertionFailure() << job.id << " is not there";
    if (const auto what = differs(job, thread->as_object(), times); !what.empty())
      return ::testing::AssertionFailure() << job.id << ": " << what;
  }
  return ::testing::AssertionSuccess();
}

bool stands_in_files(const std::filesystem::path& directory, const std::string& text) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory))
    if (entry.is_regular_file() && read_file(entry.path()).find(text) != std::string::npos) return true;
  return false;
}

json::object read_summary(const std::filesystem::path& path) {
  return json::parse(read_file(path)).as_object();
}

std::int64_t number(const json::object& object, const char* name) {
  return object.at(name).to_number<std::int64_t>();
}

}  // namespace pawl::test
