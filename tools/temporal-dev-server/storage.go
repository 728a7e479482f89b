package main

import (
	"fmt"
	"math/rand"
	"os"
	"slices"
	"strconv"
	"strings"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/server/common/config"
	sqliteplugin "go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	sqliteschema "go.temporal.io/server/schema/sqlite"
)

type attributeTypes = map[string]enumspb.IndexedValueType

type storage struct {
	sql *config.SQL
	// fresh is false for a file of a former run: its namespaces keep the search attributes they had.
	fresh bool
}

// openStorage makes the database ready: schema, and the namespaces with their search attributes.
func openStorage(file string, namespaces list, attributes attributeTypes) (storage, error) {
	store := storage{sql: &config.SQL{PluginName: sqliteplugin.PluginName, ConnectAttributes: map[string]string{}}, fresh: true}
	if file == "" {
		store.sql.DatabaseName = strconv.Itoa(rand.Int())
		store.sql.ConnectAttributes["mode"] = "memory"
		store.sql.ConnectAttributes["cache"] = "shared"
	} else {
		store.sql.DatabaseName = file
		store.sql.ConnectAttributes["mode"] = "rwc"
		store.sql.ConnectAttributes["_journal_mode"] = "wal"
		store.sql.ConnectAttributes["_synchronous"] = "2"
		if _, err := os.Stat(file); err == nil {
			store.fresh = false
		} else if err := sqliteschema.SetupSchema(store.sql); err != nil {
			return store, fmt.Errorf("setting up the schema: %w", err)
		}
	}
	var configs []*sqliteschema.NamespaceConfig
	names := slices.Clone(namespaces)
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		c, err := sqliteschema.NewNamespaceConfig(clusterName, name, false, attributes)
		if err != nil {
			return store, err
		}
		configs = append(configs, c)
	}
	// In memory this first connection also sets up the schema.
	if err := sqliteschema.CreateNamespaces(store.sql, configs...); err != nil {
		return store, fmt.Errorf("registering namespaces: %w", err)
	}
	return store, nil
}

// searchAttributes reads "Name=Type" pairs.
func searchAttributes(pairs list) (attributeTypes, error) {
	types := attributeTypes{}
	for _, pair := range pairs {
		name, kind, _ := strings.Cut(pair, "=")
		t, err := enumspb.IndexedValueTypeFromString(kind)
		if err != nil {
			return nil, fmt.Errorf("search attribute %q: %w", pair, err)
		}
		types[name] = t
	}
	return types, nil
}
