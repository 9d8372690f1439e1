// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/explain/explanation.h"
#include "core/explain/heatmap.h"
#include "core/model/modelinfo.h"
#include "core/result.h"
#include "core/review/day.h"

#include <QList>
#include <QString>

#include <functional>
#include <optional>

namespace birblens {

/** Everything an exporter may need, as values: safe to hand to a worker thread. */
struct ExportJob
{
    QList<FrameEntry> frames;
    QString folder; ///< where to write; created when missing
    QStringList vocabulary;
    std::optional<ModelInfo> model;
    QList<Frame> day;         ///< every frame of the day, to tell events; empty: those exported
    DaySource source;         ///< where the day is; its species map gives scientific names
    double gapSeconds = 30.0; ///< a frame this long after the one before begins a new event
    QString place;            ///< name of the camera's place; empty: the day's folder
    std::optional<double> latitude;                      ///< of the camera, degrees north, WGS 84
    std::optional<double> longitude;                     ///< degrees east
    QDateTime created = QDateTime::currentDateTimeUtc(); ///< what formats that ask for it say
    QString imageFormat;          ///< one of the exporter's; empty: the first of them
    double framesPerSecond = 5.0; ///< film
    // annotated, film, html
    HeatStyle style;
    QString layer;
    QString method;
    QList<int> classes; ///< empty: predicted ones
    TargetKind target = TargetKind::Class;
    int contrast = -1; ///< class index, for TargetKind::Contrast
    /** Explains one frame; called on the worker thread. */
    std::function<Result<Explanation>(const ExplainRequest &)> explain;
    /** Range for a map under the style; null: the map's own range. */
    std::function<ScaleRange(const ClassMap &)> range;
    bool plainText =
        false; ///< csv: no apostrophe before text that a spreadsheet takes for a formula
    bool colonFree = false;   ///< training, folders, film: `20210208105658` in file names
    bool copySeveral = false; ///< folders: a frame with several labels goes into each of theirs
};

struct ExportFailure
{
    QString key;
    Error error;
};

struct ExportReport
{
    QStringList written; ///< absolute paths
    int unchanged = 0;   ///< frames that were there already, just as they would be written now
    int skipped = 0;     ///< frames that the format leaves out, e.g. unreviewed for training
    QStringList notes;   ///< sentences for the person
    QList<ExportFailure> failures;
    bool cancelled = false;
};

/** What a person should know of the frames of @p job, whatever the format: notes for its report. */
QStringList notesOn(const ExportJob &job);

/** Called between frames with (done, total); returns false to cancel. */
using ExportProgress = std::function<bool(int done, int total)>;

/** What of a job matters to a format, beside its frames and its folder. */
enum class ExportOption {
    ColonFree = 1,
    FramesPerSecond = 2,
    Place = 4,
    Coordinates = 8,
    PlainText = 16,
    CopySeveral = 32,
    BesideFrames = 64, ///< it writes beside the frames; ExportJob::folder is not used
};
Q_DECLARE_FLAGS(ExportOptions, ExportOption)
Q_DECLARE_OPERATORS_FOR_FLAGS(ExportOptions)

/** One export format. run() may be called on any thread; never overwrites a frame's original. */
struct Exporter
{
    QString name;    ///< "annotated": the command line's FORMAT
    QString title;   ///< "Annotated figures"
    QString summary; ///< one sentence
    bool needsModel = false;
    Result<ExportReport> (*run)(const ExportJob &job, const ExportProgress &progress);
    QStringList imageFormats = {}; ///< file name endings to choose from, the best first
    ExportOptions options = {};
};

/**
 * html: `<folder>/report.html`, the day on one page that needs nothing else: counts, what each
 * class was predicted, confirmed and falsely predicted, timeline and hours, the false positives
 * with their overlays where a model is open (at most 40 frames, the most probable ones), flagged
 * and commented frames. Light, dark and on paper; well-formed as XML, too.
 *
 * film: `<folder>/films/<time of the first frame>.mp4|webp|gif`, one per event: each frame, under
 * an opened model beside its overlay, with capture time, prediction and true label written into the
 * picture. All overlays of a film explain one class, the event's commonest, in one range of colours
 * unless the style says otherwise. Every frame is shown equally long, whatever the gaps. An event
 * of one frame makes no film; of more than 600 every second, third... is taken.
 *
 * annotated: `<folder>/<stem>.<class>.<layer>.<method>.png|jpg`, one per frame and class; frames of
 * the same name in different folders have their folder in the stem.
 *
 * training: `<folder>/training/<label>[_<label>]_<datetime>.jpg` and `labels.csv` beside them, for
 * reviewed frames that are not unsure and not gone. JPEG bytes as they are, others encoded at
 * quality 95. Files and rows that are there already stay; exporting again adds nothing twice. When
 * a frame was exported before (same time in the name, same bytes, listed in labels.csv) and its
 * label is another one now, that file is renamed and its row replaced: a set never says two things
 * of one picture. Where the label was taken back, file and row go. Such a file that labels.csv does
 * not list is somebody else's: it stays, and a note names it. The third column, `is_valid`, says
 * True for about a fifth of the events, by a hash of the time they begin: no event is on both
 * sides, and a file that has a side keeps it, as does its event. Rows without one, of an older
 * export, get theirs.
 *
 * folders: `<folder>/folders/train/<label>/` and `val/<label>/`, the pictures of the training set
 * with a folder per class, as torchvision, Ultralytics and Frigate read them; `none` is a class. A
 * frame with several labels is left out, or with copySeveral is in the folder of each. Sides are
 * those of `training`; every class has a folder on both. `pictures.csv`, with the columns of
 * labels.csv, lists what is ours: of these, what has another label now is moved, and what has none
 * is removed. Others' files stay.
 *
 * csv: `<folder>/frames.csv`, RFC 4180, one line per frame. Unknown is empty, `none` is written as
 * such.
 * - frame: path below the day's folder
 * - capture_time: the camera's wall clock, `2021-02-08T10:56:58`
 * - utc: the same moment with a `Z`, where it is known
 * - camera_prediction, camera_confidence: what the camera said, labels joined by commas; 0 to 1
 * - prediction, confidence: what the opened model says
 * - true_label: what a person said; empty when nobody did or the person was unsure
 * - state: unreviewed, confirmed, corrected, unsure, or `picture changed`: the label that the frame
 *   had is another picture's
 * - event: number of the visit, from 1, in capture order
 * - flagged: `true` or `false`
 * - comment: a person's
 * - time_source: database, name, exif, maker note, or file date, which is uncertain
 * - then the model's classes, a column of probabilities each
 * Labels and comments that begin with `=`, `+`, `-`, `@`, a tab, a carriage return or an apostrophe
 * have an apostrophe before them, unless plainText is set: see guardedCell().
 *
 * What follows goes to other programs: a true label counts before a prediction, gone frames are
 * left out, `none` is no species, and frames that somebody was unsure of are unknown. The files'
 * paths are those below the day's folder.
 *
 * megadetector: `<folder>/megadetector.json`, format 1.6 of
 * https://lila.science/megadetector-output-format: an animal as big as the image for each label,
 * with the label as its only classification; its confidence is the model's probability, or 1 when a
 * person says so. Unsure: an animal without classifications. A person's word is also in the field
 * `true_label`, which the format does not have: a list of labels, or `unsure`. Frames that neither
 * a person nor a model has seen are left out. Where only a file name tells what the camera said,
 * the confidence is the least that its rule allows, 0.5.
 *
 * coco: `<folder>/coco_camera_traps.json` (https://lila.science/coco-camera-traps): events are
 * sequences; category 0 is `empty`, the last one `unknown`; annotations by a model have a `score`.
 * Images that a person marked have `flagged` and `comment`.
 *
 * camtrap: `<folder>/camtrap-dp/`, Camtrap DP 1.0 (https://camtrap-dp.tdwg.org): datapackage.json,
 * deployments.csv, media.csv, observations.csv with an observation per animal for each frame and
 * for each event. A flagged frame is a favorite of media.csv; its comment is in mediaComments.
 * Scientific names come from species_map.json. Times have the offset of the frame, else the one
 * that assumeOffsets() found, and deployments.csv then says that they have issues; it also does
 * where a time is only the date of a file.
 *
 * timelapse: `<folder>/timelapse.csv`: File, RelativePath (with `\\`), DateTime, DeleteFlag, a
 * column of true and false per label, Flag, Comment, and Note: `labels:` and what a person said,
 * with `column=label` where a column cannot spell it; `none`, `unsure`, or `machine: NAME; labels:`
 * and what was predicted. importLabels reads it back; where the columns of a prediction were
 * changed, they are a person's word.
 *
 * inaturalist: `<folder>/inaturalist.csv`, columns of iNaturalist's bulk upload: one line per label
 * that a person gave in a visit, with the frame that the model is surest of named in the
 * description (the upload takes no pictures), and the scientific name of species_map.json, else the
 * label. Wall clock, coordinates obscured. What only a machine says is left out.
 *
 * xmp: `<frame's file>.xmp` beside each frame that shows something, where photo managers look:
 * labels as dc:subject and as lr:hierarchicalSubject, `Birblens|confirmed|LABEL` by a person or
 * `Birblens|predicted|LABEL`; a `|` in a label becomes `/`. Unsure: `unknown`. A flagged frame has
 * xmp:Rating 5, a comment is dc:description; such frames have a side-car even with nothing there.
 * What another program says in a side-car stays. Where nothing is to be said any more, what we had
 * said is taken out, and a side-car without anything else is removed.
 */
const QList<Exporter> &exporters();
const Exporter *findExporter(const QString &name); ///< null when unknown

/** The csv format's table of `job.frames` as the file @p path. */
Result<void> writeCsv(const ExportJob &job, const QString &path);

} // namespace birblens
