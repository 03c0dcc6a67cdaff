#include "gateway/plugins/static_files.hpp"

#include <filesystem>
#include <fstream>
#include <stdlib.h>

#include <gtest/gtest.h>

#include "gateway/plugins/plugin_bench.hpp"

namespace gatehouse::gateway::plugins {
namespace {

namespace fs = std::filesystem;

// A site as a bundler leaves it, and a secret outside of it.
class StaticFiles : public testing::Test {
 protected:
  StaticFiles() {
    write("secret", "not for browsers");
    write("web/shop/index.html", "<p>shop</p>");
    write("web/shop/index.html.br", "brotli");
    write("web/shop/index.html.gz", "gzip");
    write("web/shop/assets/index-D_ZTVpCC.js", "let x");
    fs::create_symlink(directory_ / "secret", directory_ / "web/shop/link.txt");
  }
  ~StaticFiles() override { fs::remove_all(directory_); }

  void write(const std::string& path, std::string_view content) {
    fs::create_directories((directory_ / path).parent_path());
    std::ofstream(directory_ / path) << content;
  }
  TestAnswer send(TestAsk ask, std::string site = "shop") {
    auto sites = WebSites::load(directory_ / "web");
    if (!sites) throw std::runtime_error(std::string(sites.error().reason));
    TestConfiguration configuration;
    const auto service = configuration.service("upstream.example", 80);
    configuration.route(service, "/");
    configuration.plugin("static-files", {{"site", site}});
    PluginBench bench{std::move(configuration), R"({"keys":[]})", std::move(*sites)};
    return bench.send(std::move(ask));
  }

  fs::path directory_ = [] {
    std::string name = (fs::temp_directory_path() / "static-files-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    return fs::path(name);
  }();
};

TEST_F(StaticFiles, AnswersWithThePageAndWhatABrowserIsToObey) {
  const auto answer = send({.target = "/"});
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.content, "<p>shop</p>");
  EXPECT_FALSE(answer.has_reached_upstream);
  EXPECT_EQ(answer.headers.get("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(answer.headers.get("Cache-Control"), "no-cache");
  EXPECT_TRUE(answer.headers.get("Content-Security-Policy").starts_with("default-src 'self'; "));
  EXPECT_EQ(answer.headers.get("X-Content-Type-Options"), "nosniff");
}

TEST_F(StaticFiles, WhatIsNamedByItsContentIsKeptForAYear) {
  const auto answer = send({.target = "/assets/index-D_ZTVpCC.js"});
  EXPECT_EQ(answer.content, "let x");
  EXPECT_EQ(answer.headers.get("Cache-Control"), "public, max-age=31536000, immutable");
}

TEST_F(StaticFiles, SendsThePackedFormThatIsAccepted) {
  const auto send_accepting = [this](std::string accepted) {
    const auto answer = send({.headers = {{"Accept-Encoding", std::move(accepted)}}});
    return std::string(answer.headers.get("Content-Encoding"));
  };
  EXPECT_EQ(send_accepting("gzip, deflate, br"), "br");
  EXPECT_EQ(send_accepting("GZIP;q=0.5"), "gzip");
  EXPECT_EQ(send_accepting("br;q=0, gzip"), "gzip");
  EXPECT_EQ(send_accepting("br;q=0.000"), "");
  EXPECT_EQ(send_accepting("brotli"), "");
}

TEST_F(StaticFiles, DoesNotSendAgainWhatTheBrowserHas) {
  const auto first = send({.headers = {{"Accept-Encoding", "br"}}});
  const std::string etag(first.headers.get("ETag"));
  const auto again = send({.headers = {{"Accept-Encoding", "br"}, {"If-None-Match", "\"x\", W/" + etag}}});
  EXPECT_EQ(again.status, 304U);
  EXPECT_EQ(again.content, "");
  EXPECT_EQ(again.headers.get("ETag"), etag);
  EXPECT_EQ(send({.headers = {{"If-None-Match", etag}}}).status, 200U);  // another form of it
}

TEST_F(StaticFiles, PathsOfTheApplicationAreThePage) {
  EXPECT_EQ(send({.target = "/orders/ord_1"}).content, "<p>shop</p>");
  EXPECT_EQ(send({.target = "/assets/gone.js"}).status, 404U);
}

TEST_F(StaticFiles, NothingOutsideTheSiteIsReached) {
  for (const char* target : {"/../secret", "/%2e%2e/secret", "/..%2fsecret.txt", "/link.txt", "//secret.txt",
                             "/..%5csecret.txt", "/assets/../../secret.txt"}) {
    const auto answer = send({.target = target});
    EXPECT_EQ(answer.content.find("not for browsers"), std::string::npos) << target;
  }
  EXPECT_EQ(send({.target = "/link.txt"}).status, 404U);
  EXPECT_EQ(send({}, "../web/shop").status, 404U);
}

TEST_F(StaticFiles, OnlyReads) {
  const auto answer = send({.method = "POST"});
  EXPECT_EQ(answer.status, 405U);
  EXPECT_EQ(answer.headers.get("Allow"), "GET, HEAD");
}

TEST_F(StaticFiles, ASiteThatIsNotBuiltIsNotFound) {
  EXPECT_EQ(send({}, "console").status, 404U);
}

TEST_F(StaticFiles, ASiteHasLimits) {
  EXPECT_EQ(WebSites::load(directory_ / "web", {.files_max = 3}).error().reason, "web_site_too_large");
  EXPECT_EQ(WebSites::load(directory_ / "web", {.bytes_max = 20}).error().reason, "web_site_too_large");
  EXPECT_TRUE(WebSites::load(directory_ / "nowhere")->is_empty());
}

}  // namespace
}  // namespace gatehouse::gateway::plugins
