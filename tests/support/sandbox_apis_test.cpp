// Every API of pawl-sandbox as a client meets it: the real program, over TLS. One read, one write, one page
// of a list, and the truth. What each API does beyond that is tested beside it, without sockets.
#include "tests/support/files.hpp"
#include "tests/support/sandbox_process.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <map>
#include <ostream>
#include <string>

namespace pawl::test {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace json = boost::json;

struct api_case {
  const char* api;
  std::map<std::string, std::string> headers;  // with the key `k`
  const char *id, *read, *in_read;             // the path behind the base URL; where a read shows `value`
  const char *method, *write, *body;
  int status;  // of the write
  const char* value;
  const char *list, *in_list;    // where the page has its first resource
  const char* truth = "";        // where its fields have `value`
  const char* description = "";  // of the generic API
};

std::ostream& operator<<(std::ostream& out, const api_case& c) {
  return out << c.api;
}

const api_case cases[] = {
    {"github",
     {{"Authorization", "Bearer k"}, {"User-Agent", "test"}},
     "2",
     "/repos/o/r/issues/2",
     "/title",
     "PATCH",
     "/repos/o/r/issues/2",
     R"({"title":"new"})",
     200,
     "new",
     "/repos/o/r/issues?state=all&per_page=2",
     "/0/number",
     "/title"},
    {"redmine",
     {{"X-Redmine-API-Key", "k"}},
     "2",
     "/issues/2.json",
     "/issue/subject",
     "PUT",
     "/issues/2.json",
     R"({"issue":{"subject":"new"}})",
     204,
     "new",
     "/issues.json?status_id=*&limit=2",
     "/issues/0/id",
     "/subject"},
    {"zendesk",
     {{"Authorization", "Basic YUBiLmMvdG9rZW46aw=="}},  // a@b.c/token:k
     "2",
     "/tickets/2",
     "/ticket/subject",
     "PUT",
     "/tickets/2",
     R"({"ticket":{"subject":"new"}})",
     200,
     "new",
     "/tickets?page[size]=2",
     "/tickets/0/id",
     "/subject"},
    {"hubspot",
     {{"Authorization", "Bearer k"}},
     "2",
     "/crm/v3/objects/contacts/2?properties=plan",
     "/properties/plan",
     "PATCH",
     "/crm/v3/objects/contacts/2",
     R"({"properties":{"plan":"new"}})",
     200,
     "new",
     "/crm/v3/objects/contacts?limit=2",
     "/results/0/id",
     "/plan"},
    {"jira",
     {{"Authorization", "Basic YUBiLmM6aw=="}},  // a@b.c:k
     "10002",
     "/issue/10002?fields=summary",
     "/fields/summary",
     "PUT",
     "/issue/10002",
     R"({"fields":{"summary":"new"}})",
     204,
     "new",
     "/search/jql?jql=&maxResults=2",
     "/issues/0/id",
     "/summary"},
    {"intercom",
     {{"Authorization", "Bearer k"}},
     "6762f0dd0000000000000002",
     "/contacts/6762f0dd0000000000000002",
     "/name",
     "PUT",
     "/contacts/6762f0dd0000000000000002",
     R"({"name":"new"})",
     200,
     "new",
     "/contacts?per_page=2",
     "/data/0/id",
     "/name"},
    {"rt",
     {{"Authorization", "token k"}},
     "2",
     "/ticket/2",
     "/Subject",
     "PUT",
     "/ticket/2",
     R"({"Subject":"new"})",
     200,
     "new",
     "/tickets?query=id%3E0&per_page=2",
     "/items/0/id",
     "/Subject"},
    {"generic",
     {{"X-Key", "k"}},
     "item-2",
     "/v1/things/item-2",
     "/thing/title",
     "PUT",
     "/v1/things/item-2",
     R"({"thing":{"title":"new"}})",
     204,
     "new",
     "/items?limit=2",
     "/0/id",
     "/title",
     R"({"root":"","auth":{"header":"X-Key","scheme":""},"read":{"path":"/v1/things/{id}","reply":{"thing":"{resource}"}},
         "write":{"method":"PUT","path":"/v1/things/{id}","fields_at":"thing","reply":null}})"},
};

// One request on one connection, whose certificate is checked.
http::response<http::string_body> ask(const sandbox_process& sandbox, const api_case& c, const char* method,
                                      const std::string& path, const std::string& body = {}) {
  const std::string& base = sandbox.base_url();
  const std::string root = base.substr(base.find('/', std::string{"https://"}.size()) == base.npos
                                           ? base.size()
                                           : base.find('/', std::string{"https://"}.size()));
  asio::io_context io;
  asio::ssl::context tls{asio::ssl::context::tls_client};
  tls.load_verify_file(sandbox.ca_file());
  tls.set_verify_mode(asio::ssl::verify_peer);
  asio::ssl::stream<asio::ip::tcp::socket> stream{io, tls};
  stream.set_verify_callback(asio::ssl::host_name_verification{"localhost"});
  stream.next_layer().connect({asio::ip::make_address("127.0.0.1"), sandbox.port()});
  stream.handshake(asio::ssl::stream_base::client);
  http::request<http::string_body> request{http::string_to_verb(method), root + path, 11};
  request.set(http::field::host, "localhost:" + std::to_string(sandbox.port()));
  for (const auto& [name, value] : c.headers) request.set(name, value);
  if (!body.empty()) request.set(http::field::content_type, "application/json");
  request.body() = body;
  request.prepare_payload();
  http::write(stream, request);
  boost::beast::flat_buffer buffer;
  http::response<http::string_body> reply;
  http::read(stream, buffer, reply);
  return reply;
}

class SandboxApi : public ::testing::TestWithParam<api_case> {};

TEST_P(SandboxApi, ServesReadsWritesAndListsOverTls) {
  const api_case& c = GetParam();
  const temp_dir files;
  std::vector<std::string> arguments{"--api", c.api, "--threads", "5", "--key", "k", "--die-with-parent"};
  if (*c.description != '\0') {
    write_file(files / "api.json", c.description);
    arguments.insert(arguments.end(), {"--api-file", (files / "api.json").string()});
  }
  const sandbox_process sandbox{arguments};
  const auto first = ask(sandbox, c, "GET", c.read);
  ASSERT_EQ(first.result_int(), 200u) << first.body();
  EXPECT_EQ(ask(sandbox, c, c.method, c.write, c.body).result_int(), static_cast<unsigned>(c.status));
  EXPECT_EQ(json::parse(ask(sandbox, c, "GET", c.read).body()).at_pointer(c.in_read), c.value);
  const auto page = ask(sandbox, c, "GET", c.list);
  ASSERT_EQ(page.result_int(), 200u) << page.body();
  EXPECT_NO_THROW(json::parse(page.body()).at_pointer(c.in_list)) << page.body();

  const json::value truth = sandbox.truth();
  EXPECT_EQ(sandbox.resource(c.id).at("fields").at_pointer(c.truth), c.value);
  EXPECT_EQ(sandbox.resource(c.id).at("applied"), 1);
  EXPECT_EQ(truth.at("resources").as_object().size(), 5u);
  EXPECT_EQ(truth.at("totals").at("exceeded"), 0);
  sandbox.edit_resource(c.id, R"({"gone":404})");
  EXPECT_EQ(ask(sandbox, c, "GET", c.read).result_int(), 404u);
}

INSTANTIATE_TEST_SUITE_P(All, SandboxApi, ::testing::ValuesIn(cases),
                         [](const auto& one) { return std::string{one.param.api}; });

}  // namespace
}  // namespace pawl::test
