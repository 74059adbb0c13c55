// Applies a CSV with the columns id and status to an API, and prints what became of it:
//   EXAMPLE_KEY=... apply_file jobs.csv https://api.example.com/v1 ca.pem
#include "engine/app/run.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  using namespace pawl;
  api::field_spec status;
  status.name = "status";
  status.echo = {{"status", false}};
  api::profile profile;
  profile.name = "example";
  profile.base_url = argv[2];
  profile.resource_path = "/threads/{id}";
  profile.read_first = true;
  profile.reply.id = {{"id", false}};
  profile.fields = {status};

  auto options = app::options_for(std::move(profile), argv[1]);
  if (!options) return std::fputs((to_string(options.error()) + "\n").c_str(), stderr), 2;
  options->run.transport.ca_file = argv[3];
  options->state_directory = ".";

  struct : app::listener {
    void error(const failure& why) override { std::fputs((to_string(why) + "\n").c_str(), stderr); }
  } listener;
  app::token_source key;
  key.read = [] { return app::token_reading{secret{std::getenv("EXAMPLE_KEY")}, {}}; };
  app::stop_request nobody_stops_it;
  const auto done = app::run(*options, {listener, nobody_stops_it, key});
  std::printf("%s", app::to_json(done.facts).c_str());
  return done.exit_code;
}
