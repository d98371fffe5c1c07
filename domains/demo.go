package domains

// DemoKind is what a thing of the demo salons is.
type DemoKind string

// The kinds that have a short name.
const (
	DemoBranch  DemoKind = "branch"
	DemoStaff   DemoKind = "staff"
	DemoService DemoKind = "service"
)

// A DemoThing is a branch, a person or a service of the demo salons. Short is what
// [DemoID] takes.
type DemoThing struct {
	Kind  DemoKind `json:"kind"`
	Short string   `json:"short"`
	Name  string   `json:"name"`
	ID    string   `json:"id"`
}

// DemoThings lists them, kind by kind.
func DemoThings() []DemoThing {
	var all []DemoThing
	add := func(kind DemoKind, short, name string) {
		all = append(all, DemoThing{kind, short, name, DemoID(short)})
	}
	for _, b := range demoBranches {
		add(DemoBranch, b.Slug, b.Name)
	}
	for _, p := range demoPeople {
		add(DemoStaff, p.slug, p.name)
	}
	for _, s := range demoServices {
		add(DemoService, s.slug, s.Name)
	}
	return all
}
