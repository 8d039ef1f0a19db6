// Command kubernetes judges manifests as a Kubernetes API server does on creation, without one: kinds of the given CRDs
// by their schemas and CEL rules, built-in kinds by strict decoding.
//
//	kubernetes CRD.yaml... -- MANIFEST.yaml...
//
// It prints a JSON array with an object for each document: file, kind, name, errors.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	nodev1 "k8s.io/api/node/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	runtimeschema "k8s.io/apimachinery/pkg/runtime/schema"
	kubejson "k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/util/yaml"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	strictyaml "sigs.k8s.io/yaml"
)

type verdict struct {
	File   string   `json:"file"`
	Kind   string   `json:"kind"`
	Name   string   `json:"name"`
	Errors []string `json:"errors"`
}

// customKind is one version of a CRD.
type customKind struct {
	structural *schema.Structural
	validator  validation.SchemaValidator
	rules      *cel.Validator
}

func main() {
	verdicts, err := run(os.Args[1:])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(verdicts)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(arguments []string) ([]verdict, error) {
	separator := slices.Index(arguments, "--")
	if separator < 0 {
		return nil, errors.New("usage: kubernetes CRD.yaml... -- MANIFEST.yaml...")
	}
	kinds := map[runtimeschema.GroupVersionKind]customKind{}
	for _, file := range arguments[:separator] {
		if err := addKinds(file, kinds); err != nil {
			return nil, fmt.Errorf("reading the CRD %s: %w", file, err)
		}
	}
	builtIn, err := strictDecoder()
	if err != nil {
		return nil, err
	}
	verdicts := []verdict{}
	for _, file := range arguments[separator+1:] {
		documents, err := documentsOf(file)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", file, err)
		}
		for _, document := range documents {
			verdicts = append(verdicts, judge(file, document, kinds, builtIn))
		}
	}
	return verdicts, nil
}

func addKinds(file string, kinds map[runtimeschema.GroupVersionKind]customKind) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var published apiextensionsv1.CustomResourceDefinition
	if err := strictyaml.UnmarshalStrict(text, &published); err != nil {
		return err
	}
	for _, version := range published.Spec.Versions {
		kind := runtimeschema.GroupVersionKind{Group: published.Spec.Group, Version: version.Name, Kind: published.Spec.Names.Kind}
		var internal apiextensions.CustomResourceValidation
		if err := apiextensionsv1.Convert_v1_CustomResourceValidation_To_apiextensions_CustomResourceValidation(version.Schema, &internal, nil); err != nil {
			return err
		}
		structural, err := schema.NewStructural(internal.OpenAPIV3Schema)
		if err != nil {
			return err
		}
		validator, _, err := validation.NewSchemaValidator(internal.OpenAPIV3Schema)
		if err != nil {
			return err
		}
		kinds[kind] = customKind{structural, validator, cel.NewValidator(structural, true, celconfig.PerCallLimit)}
	}
	return nil
}

func strictDecoder() (runtime.Decoder, error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{appsv1.AddToScheme, batchv1.AddToScheme, corev1.AddToScheme, nodev1.AddToScheme, policyv1.AddToScheme} {
		if err := add(scheme); err != nil {
			return nil, err
		}
	}
	return kubejson.NewSerializerWithOptions(kubejson.DefaultMetaFactory, scheme, scheme, kubejson.SerializerOptions{Yaml: true, Strict: true}), nil
}

func documentsOf(file string) ([][]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	reader := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	documents := [][]byte{}
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return documents, nil
		}
		if err != nil {
			return nil, err
		}
		var content any
		if err := strictyaml.Unmarshal(document, &content); err != nil {
			return nil, err
		}
		if content != nil {
			documents = append(documents, document)
		}
	}
}

func judge(file string, document []byte, kinds map[runtimeschema.GroupVersionKind]customKind, builtIn runtime.Decoder) verdict {
	object := unstructured.Unstructured{}
	failed := func(err error) verdict {
		return verdict{file, object.GetKind(), object.GetName(), []string{err.Error()}}
	}
	if err := strictyaml.UnmarshalStrict(document, &object.Object); err != nil {
		return failed(err)
	}
	kind, isCustom := kinds[object.GroupVersionKind()]
	if !isCustom {
		if _, _, err := builtIn.Decode(document, nil, nil); err != nil {
			return failed(err)
		}
		return verdict{file, object.GetKind(), object.GetName(), []string{}}
	}
	return verdict{file, object.GetKind(), object.GetName(), errorsOf(object.Object, kind)}
}

// errorsOf follows the order of an API server: unknown fields, defaults, metadata, schema, CEL rules.
func errorsOf(object map[string]any, kind customKind) []string {
	found := []string{}
	options := schema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}
	for _, path := range pruning.PruneWithOptions(object, kind.structural, true, options) {
		found = append(found, fmt.Sprintf("%s: unknown field", path))
	}
	defaulting.Default(object, kind.structural)
	problems := objectmeta.Validate(context.Background(), nil, object, kind.structural, true)
	problems = append(problems, validation.ValidateCustomResource(nil, object, kind.validator)...)
	problems = append(problems, listtype.ValidateListSetsAndMaps(nil, kind.structural, object)...)
	broken, _ := kind.rules.Validate(context.Background(), nil, kind.structural, object, nil, celconfig.RuntimeCELCostBudget)
	for _, problem := range append(problems, broken...) {
		found = append(found, problem.Error())
	}
	return found
}
