// Applies a CSV with the columns id and status to an API, and prints what became of it:
//   EXAMPLE_KEY=... apply_file jobs.csv https://api.example.com/v1 ca.pem
#include "engine/app/run.hpp"

#include <cstdio>

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  pawl::api::profile profile;
  profile.name = "example";
  profile.base_url = argv[2];
  profile.resource_path = "/threads/{id}";
  profile.read_first = true;
  profile.fields.emplace_back().name = "status";

  auto options = pawl::app::options_for(profile, argv[1]);
  if (!options) {
    std::fprintf(stderr, "%s\n", to_string(options.error()).c_str());
    return 2;
  }
  options->run.transport.ca_file = argv[3];
  options->state_directory = ".";

  const auto done = pawl::app::run(*options, {.token = pawl::app::environment_token("EXAMPLE_KEY")});
  if (done.error) std::fprintf(stderr, "%s\n", to_string(*done.error).c_str());
  std::printf("%s", to_json(done.facts).c_str());
  return done.exit_code;
}
