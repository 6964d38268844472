package main

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// elsewhere are the settings that the compose file leaves out, and why.
var elsewhere = map[string]string{
	"PEERCHALLENGE_ADDR":        "the image has it",
	"PEERCHALLENGE_SPOOL_DIR":   "it is the one folder that may be written to",
	"PEERCHALLENGE_MAPPINGS":    "it names a folder, and the container is given none",
	"PEERCHALLENGE_DEVELOPMENT": "it is for development",
}

// TestTheComposeFile: the service is run as it should be.
func TestTheComposeFile(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docker-compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Services map[string]struct {
			Environment map[string]string
			MemLimit    string   `yaml:"mem_limit"`
			ReadOnly    bool     `yaml:"read_only"`
			CapDrop     []string `yaml:"cap_drop"`
			Tmpfs       []string
			Command     []string
			Healthcheck struct{ Test any }
		}
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if got, want := slices.Sorted(maps.Keys(file.Services)), []string{"api", "database", "import", "migrate"}; !slices.Equal(got, want) {
		t.Fatalf("services %v, want %v", got, want)
	}
	offered := map[string]bool{}
	for name, service := range file.Services {
		for variable := range service.Environment {
			offered[variable] = true
		}
		if service.MemLimit == "" {
			t.Errorf("%s may take all of the machine's memory", name)
		}
		if name == "database" {
			continue
		}
		if !service.ReadOnly || !slices.Equal(service.CapDrop, []string{"ALL"}) {
			t.Errorf("%s may do more than it needs", name)
		}
		// The owner's password is for the migration alone.
		owner := strings.Contains(service.Environment["DATABASE_URL"], "//peerchallenge@") && strings.Contains(service.Environment["PGPASSWORD"], "POSTGRES_PASSWORD")
		api := strings.Contains(service.Environment["DATABASE_URL"], "//peerchallenge_api@") && strings.Contains(service.Environment["PGPASSWORD"], "PEERCHALLENGE_API_PASSWORD")
		if owner != (name == "migrate") || api == owner {
			t.Errorf("%s logs in as %s with %s", name, service.Environment["DATABASE_URL"], service.Environment["PGPASSWORD"])
		}
	}
	if got := strings.Join(file.Services["migrate"].Command, " "); got != "migrate --api-user peerchallenge_api" {
		t.Errorf("the migration runs %s", got)
	}
	api := file.Services["api"]
	if api.Environment["GOMEMLIMIT"] == "" || len(api.Tmpfs) == 0 || api.Healthcheck.Test == nil {
		t.Errorf("the service lacks a limit of memory, temporary files or a probe: %+v", api)
	}
	for _, s := range settings {
		if offered[s.name] == (elsewhere[s.name] != "") {
			t.Errorf("%s: the compose file offers it: %v; %s", s.name, offered[s.name], elsewhere[s.name])
		}
	}
}

// TestTheThreatModelNamesTestsThatAreThere: what it says is shown, is.
func TestTheThreatModelNamesTestsThatAreThere(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/threat-model.md")
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for test := range tests(t) {
		there[test[strings.LastIndexByte(test, '.')+1:]] = true
	}
	names := regexp.MustCompile("`(Test\\w+)`").FindAllSubmatch(text, -1)
	if len(names) < 20 {
		t.Fatalf("it names %d tests", len(names))
	}
	for _, name := range names {
		if !there[string(name[1])] {
			t.Errorf("there is no %s", name[1])
		}
	}
}
