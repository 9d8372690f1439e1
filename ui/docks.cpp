// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/docks.h"

#include "ui/theme.h"

#include <QDockWidget>
#include <QMainWindow>
#include <QMenu>

namespace birblens {

Docks::Docks(QMainWindow &window)
    : m_window(window)
{
    // The columns at both sides reach down to the status bar.
    window.setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    window.setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
}

void Docks::add(const QList<DockRow> &rows)
{
    for (const DockRow &row : rows) {
        auto *widget = new QDockWidget(row.title, &m_window);
        widget->setObjectName(row.name);
        widget->setWidget(row.panel);
        m_window.addDockWidget(row.area, widget);
        widget->setVisible(row.open);
        m_docks.append({row, widget});
    }
}

void Docks::fill(QMenu &menu) const
{
    for (const Dock &dock : m_docks)
        menu.addAction(dock.widget->toggleViewAction());
}

void Docks::reset()
{
    for (const Dock &dock : std::as_const(m_docks)) {
        dock.widget->setFloating(false);
        // Those that share an edge and were dragged into tabs lie side by side again.
        m_window.removeDockWidget(dock.widget);
        m_window.addDockWidget(dock.row.area, dock.widget);
        dock.widget->setVisible(dock.row.open);
    }
    // Neighbours share their room, so Qt wants to be told of all of them at once.
    QList<QDockWidget *> all;
    QList<int> widths;
    for (const Dock &dock : std::as_const(m_docks)) {
        all.append(dock.widget);
        widths.append(dock.row.usual.width() * kUnit);
    }
    m_window.resizeDocks(all, widths, Qt::Horizontal);
    for (const auto area :
         {Qt::LeftDockWidgetArea, Qt::RightDockWidgetArea, Qt::BottomDockWidgetArea}) {
        QList<QDockWidget *> column;
        QList<int> heights;
        for (const Dock &dock : std::as_const(m_docks)) {
            if (dock.row.area == area) {
                column.append(dock.widget);
                heights.append(dock.row.usual.height() * kUnit);
            }
        }
        m_window.resizeDocks(column, heights, Qt::Vertical);
    }
}

} // namespace birblens
